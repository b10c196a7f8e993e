/**
 * Doctor: every check that can run runs, whatever another one found, and each is a line: ok, warn or FAIL, what it
 * is and what to do. Nothing secret is in a line.
 */
import { queueSchema } from '#adapters/bullmq/queue.ts'
import { readRingFacts } from '#adapters/jose/ring-facts.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { readPostgresFacts } from '#adapters/postgres/facts.ts'
import { openLedgers, openStore } from '#compose.ts'
import { checkMachine as checkFolders } from '#config/machine.ts'
import { type Config, type ConfigProblems, readConfig } from '#config/read-config.ts'
import { type Check, fail, ok, warn } from './checks/check.ts'
import { checkKeys } from './checks/keys.ts'
import { checkMachine } from './checks/machine.ts'
import { checkBucket, checkLedger, checkRedis, checkScanner, checkStore } from './checks/stores.ts'
import { inWords, type Reached, reach, reachedTrial } from './reach.ts'

const answerMs = 5_000

let worst = 0

const print = ({ mark, what, todo }: Check): void => {
  if (mark === 'FAIL') worst = 1
  console.log(`${mark.padEnd(4)}  ${what}${todo === null ? '' : `: ${todo}`}`)
}

/** Runs checks; when they cannot run, that is one. */
const run = async (what: string, todo: string, checks: () => Check[] | Promise<Check[]>): Promise<void> => {
  try {
    for (const check of await checks()) print(check)
  } catch (error) {
    print(fail(`${what} (${inWords(error)})`, todo))
  }
}

const checkPublicUrl = async (publicUrl: string): Promise<Check[]> => {
  const todo = 'start the server; if it runs, check PUBLIC_URL, the proxy and its certificate'
  try {
    const reply = await fetch(`${publicUrl}/healthz`, {
      signal: AbortSignal.timeout(answerMs),
      redirect: 'error',
    })
    if (reply.ok) return [ok(`address: a server answers at ${publicUrl}`)]
    return [warn(`address: ${publicUrl} answers with ${reply.status}`, todo)]
  } catch {
    return [warn(`address: nothing answers at ${publicUrl}`, todo)]
  }
}

const settingsOf = (found: Config | ConfigProblems): Check[] => {
  const problems = [...('problems' in found ? found.problems : []), ...checkFolders(found, false)]
  return problems.length === 0
    ? [ok('settings: every one is well')]
    : problems.map((problem) => ({ mark: 'FAIL', what: `settings: ${problem}`, todo: null }))
}

const checkServices = async (config: Config): Promise<void> => {
  await run(
    'ledger: PostgreSQL does not answer',
    'check DATABASE_URL, and that it runs and lets this machine in',
    async () => {
      const ledgers = openLedgers(config, 2)
      try {
        return checkLedger(await readPostgresFacts(ledgers.db, queueSchema), config.redis === null)
      } finally {
        await ledgers.close()
      }
    },
  )
  const { redis, s3 } = config
  if (redis !== null) await run('queue: it cannot be asked', 'check REDIS_URL', () => checkRedis(redis.url))
  await run('store: it cannot be opened', 'check OBJECTS_DIR or S3_BUCKET', async () => {
    const store = await openStore(config)
    try {
      return await checkStore(store)
    } finally {
      await store.close()
    }
  })
  if (s3 !== null)
    await run('store: the bucket does not answer', 'check S3_ENDPOINT, S3_BUCKET and its key', () =>
      checkBucket(s3),
    )
  await run('scanner: clamd does not answer', 'check that it runs, and CLAMD; until then files wait', () =>
    checkScanner(config.malwareScan, systemClock.now()),
  )
  await run('address: it cannot be asked', 'check PUBLIC_URL', () => checkPublicUrl(config.publicUrl))
}

const found = readConfig(reachedTrial() ?? process.env)
await run('settings: they cannot be looked at', 'see "Settings" in the README', () => settingsOf(found))
const usable = 'problems' in found ? null : found
await run('machine: it cannot be looked at', 'check /proc', () =>
  checkMachine(found.s3 === null ? found.objectsFolder : null, usable?.inspectors ?? 1),
)
await run('keys: they cannot be looked at', 'check KEYS_DIR', () =>
  checkKeys(
    readRingFacts(found.keysFolder, systemClock),
    usable?.roles ?? new Set(['intake', 'portal', 'worker']),
    process.getuid?.() ?? 0,
    systemClock.now(),
  ),
)
if (usable === null) print(warn('ledger, queue, store: not asked', 'mend the settings first'))
else {
  let reached: Reached | null = null
  await run('ledger: it cannot be found', 'check DATABASE_URL or DATA_DIR', async () => {
    reached = await reach({ make: false })
    return []
  })
  const at = reached as Reached | null
  if (at !== null) {
    await checkServices(at.config)
    await at.close()
  }
}
process.exitCode = worst
