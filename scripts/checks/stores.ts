/** Ledger, queue and object store: whether they answer, and whether they keep what they are given. */
import { randomUUID } from 'node:crypto'
import { createClamd } from '#adapters/clamd/scanner.ts'
import type { PostgresFacts } from '#adapters/postgres/facts.ts'
import { readRedisFacts } from '#adapters/redis/facts.ts'
import { probeStore } from '#adapters/s3/probe.ts'
import { undecidedWords } from '#config/malware-scan.ts'
import type { Config, S3Config } from '#config/read-config.ts'
import { Fault } from '#domain/fault.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { putObject } from '#ports/put-object.ts'
import type { ScannerFacts } from '#ports/scanner.ts'
import { type Check, checkSkew, fail, ok, warn } from './check.ts'

const checkSettings = ({ fsync, synchronousCommit, fullPageWrites }: PostgresFacts): Check => {
  const off = [
    ...(fsync === 'on' ? [] : ['fsync']),
    ...(/^(on|remote_apply|remote_write)$/.test(synchronousCommit) ? [] : ['synchronous_commit']),
    ...(fullPageWrites === 'on' ? [] : ['full_page_writes']),
  ]
  if (off.length === 0)
    return ok('ledger: what it commits is on its disk (fsync, synchronous_commit, full_page_writes)')
  return fail(
    `ledger: ${off.join(' and ')} is not on`,
    'switch it on in PostgreSQL: a power cut would lose what was acknowledged',
  )
}

const checkMigration = ({ migration, wanted }: PostgresFacts): Check => {
  if (migration === wanted) return ok(`ledger: its tables are those of this version (${String(wanted)})`)
  const newer = migration !== null && wanted !== null && migration > wanted
  return fail(
    `ledger: its tables are as of ${migration ?? 'nothing'}, this version wants ${String(wanted)}`,
    newer ? 'run the newer version of the program' : 'run `node src/set-up.ts`',
  )
}

/** The ledger, and the queue in it unless that is in Redis. */
export const checkLedger = (facts: PostgresFacts, ownQueue: boolean): Check[] => {
  const { version, connections, skewMs, queue } = facts
  const { used, most } = connections
  const taken = `ledger: ${used} of ${most} connections are taken`
  return [
    version >= 15
      ? ok(`ledger: PostgreSQL ${version} answers`)
      : fail(`ledger: PostgreSQL ${version}`, 'use PostgreSQL 15 or newer'),
    checkMigration(facts),
    checkSettings(facts),
    most - used >= 30
      ? ok(taken)
      : warn(taken, 'raise max_connections: a server and a worker together take up to 60'),
    ...(ownQueue
      ? [
          queue
            ? ok('queue: in the ledger’s database')
            : fail('queue: it has no tables', 'run `node src/set-up.ts`'),
        ]
      : []),
    checkSkew('PostgreSQL', skewMs),
  ]
}

/** The queue in Redis. */
export const checkRedis = async (url: string): Promise<Check[]> => {
  const facts = await readRedisFacts(url)
  if (facts === null)
    return [
      fail('queue: Redis does not answer', 'check REDIS_URL, and that Redis runs and lets this machine in'),
    ]
  return [
    ok(`queue: Redis ${facts.version} answers, ${facts.appendOnly ? 'with' : 'without'} a log of its own`),
    ...facts.warnings.map((words) =>
      warn('queue: Redis may lose jobs, which are then found again later', words),
    ),
    checkSkew('Redis', facts.skewMs),
  ]
}

const probe = async (store: ObjectStore, key: string): Promise<Check> => {
  const bytes = Buffer.from('a probe of the object store')
  await putObject(store, key, bytes)
  const read = await store.read(key, 0, bytes.length)
  if (!read.equals(bytes)) return fail('store: it gives back other bytes than it was given', 'check the disk')
  const again = await putObject(store, key, bytes).then(
    () => null,
    (error: unknown) => (error instanceof Fault ? error.code : null),
  )
  if (again !== 'state.conflict')
    return fail('store: an object can be overwritten', 'use a file system with hard links for OBJECTS_DIR')
  return ok('store: an object is written, read, never overwritten, and removed')
}

/** Any store, with an object of our own that goes again. */
export const checkStore = async (store: ObjectStore): Promise<Check[]> => {
  const key = `probes/${randomUUID()}`
  try {
    return [await probe(store, key)]
  } catch (error) {
    const code = error instanceof Fault ? error.code : 'an unknown error'
    return [
      fail(
        `store: no object can be written (${code})`,
        'check that OBJECTS_DIR is writable for this account, or S3_BUCKET and its key',
      ),
    ]
  } finally {
    await store.remove(key).catch(() => {})
  }
}

/** What a bucket can do beyond that. */
export const checkBucket = async (settings: S3Config): Promise<Check[]> => {
  const found = await probeStore(settings)
  if (!found.bucket)
    return [fail('store: there is no such bucket', 'make it, or check S3_BUCKET and S3_REGION')]
  const asked = settings.sse
  return [
    found.conditionalCreate
      ? ok('store: the bucket itself refuses to overwrite')
      : warn(
          'store: the bucket does not refuse to overwrite (If-None-Match)',
          'use a store that does; until then only our own names, which are never reused, keep objects from it',
        ),
    ...(found.readable ? [] : [fail('store: this key may write and not read', 'give it s3:GetObject')]),
    ...(asked === null || found.encryption === asked
      ? []
      : [
          fail(
            `store: it did not confirm S3_SSE=${asked}`,
            'switch encryption on in the bucket, or clear S3_SSE',
          ),
        ]),
    checkSkew('the object store', found.skewMs),
  ]
}

const oldDays = 7
const dayMs = 86_400_000

/** A scanner that answers. */
export const judgeScanner = ({ version, signaturesFrom }: ScannerFacts, now: Date): Check => {
  const days = signaturesFrom === null ? null : Math.floor((now.getTime() - signaturesFrom.getTime()) / dayMs)
  const age = days === null ? 'of no known day' : `${days} days old`
  const what = `scanner: ${version} answers, its signatures are ${age}`
  if (days !== null && days <= oldDays) return ok(what)
  return warn(what, 'run freshclam, and keep it running: older signatures miss what is new')
}

/** The malware scanner, or that there is none. `now` is ours. */
export const checkScanner = async (malwareScan: Config['malwareScan'], now: Date): Promise<Check[]> => {
  if (malwareScan === 'undecided') return [fail('scanner: a worker would not start', undecidedWords)]
  if (malwareScan === 'none')
    return [warn('scanner: there is none, and every page says so', 'run clamd and set CLAMD')]
  return [judgeScanner(await createClamd(malwareScan.clamd).facts(), now)]
}
