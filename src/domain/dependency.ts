/** What a process cannot work without, and what a person does when one of them fails. Shown to operators alone. */
export const dependencyNames = ['ledger', 'queue', 'store', 'keys', 'clock', 'scanner'] as const

export type Dependency = (typeof dependencyNames)[number]

/** What is wrong and what to do, for each. */
export const remedies: Readonly<Record<Dependency, string>> = {
  ledger:
    'PostgreSQL does not answer within a second. Check that it runs, has connections left, and DATABASE_URL.',
  queue:
    'The queue does not answer within a second. Records are taken all the same and are checked once it is back. Check Redis and REDIS_URL, or PostgreSQL when there is no Redis.',
  store:
    'The store does not answer within a second. Check that the disk of OBJECTS_DIR is mounted and writable, or S3_ENDPOINT, S3_BUCKET and its keys.',
  keys: 'The key ring cannot be read. Check that KEYS_DIR is mounted and belongs to the user of this process alone.',
  clock:
    'The clock of this machine is more than 30 seconds apart from that of PostgreSQL, so links and tokens end at wrong times. Set both by NTP.',
  scanner:
    'The malware scanner does not answer within a second. Records are taken all the same and wait unread until it is back. Check that clamd runs, and CLAMD.',
}

/** What is said, wherever somebody asks how things stand, of a gateway that has no scanner. */
export const noScanner =
  'No malware scanner is set up (MALWARE_SCAN=none): files are not scanned before they are accepted. For records of patients run clamd and set CLAMD.'

/** How the dependencies of a process stand. `ready` when none is down that it cannot do without. */
export type Readiness = {
  readonly ready: boolean
  readonly dependencies: readonly {
    readonly name: Dependency
    readonly up: boolean
    readonly words: string | null
  }[]
}
