/**
 * Worker: configuration → adapters → steps → handlers → take jobs. Started and stopped in mirrored order. It is
 * the only process besides the portal that has keys to open records.
 */
import { createJobHost, createJobQueue, openQueuePool } from '#adapters/bullmq/queue.ts'
import { openDiskStore } from '#adapters/disk/object-store.ts'
import { openInspector } from '#adapters/inspector/inspector.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { createJournal } from '#adapters/pino/journal.ts'
import { createAdmissionLedger } from '#adapters/postgres/admission-ledger.ts'
import { createAuditLedger } from '#adapters/postgres/audit-ledger.ts'
import { createCaseLedger } from '#adapters/postgres/case-ledger.ts'
import { openDatabase, openPool } from '#adapters/postgres/database.ts'
import { runUntilStopped } from '#config/lifecycle.ts'
import { type Config, readConfig } from '#config/read-config.ts'
import { jobs } from '#jobs/jobs.ts'
import { admit, quarantinePack } from '#steps/admit.ts'
import { offer } from '#steps/offer.ts'
import { reconcile } from '#steps/reconcile.ts'
import { admitPackHandler } from './admit-pack.ts'
import type { Handlers } from './host.ts'
import { offerCaseHandler } from './offer-case.ts'

/** How often the ledger is asked what the queue may have lost. */
const reconcileMs = 10_000

/** How long running jobs may take to end once the worker was told to stop. */
const drainMs = 25_000

const start = async (config: Config) => {
  const clock = systemClock
  const journal = createJournal('worker', config.logLevel)
  const pool = openPool({ connectionString: config.databaseUrl, max: config.workerConcurrency * 2 + 4 })
  const queuePool = openQueuePool(config.databaseUrl)
  const db = openDatabase(pool)
  const store = await openDiskStore(config.objectsFolder)
  const { vault } = openVaultRing(config.keysFolder, clock, config.publicUrl)
  const inspector = openInspector({ children: config.inspectors })
  const queue = createJobQueue(queuePool, jobs)
  const admission = createAdmissionLedger(db)
  const audit = createAuditLedger(db)
  const cases = createCaseLedger(db)
  const needs = { admission, cases, store, vault, inspector, queue, audit, clock }
  const handlers = {
    'pack.admit': admitPackHandler({ admit: admit(needs), quarantine: quarantinePack(needs), journal }),
    'case.offer': offerCaseHandler({ offer: offer({ cases, audit, clock }), journal }),
  } satisfies Handlers
  const host = createJobHost(queuePool, jobs, config.workerConcurrency)
  await host.start(new Map(Object.entries(handlers)))
  const askAgain = reconcile({ admission, queue, clock })
  const timer = setInterval(() => {
    askAgain().catch((error: unknown) => journal.note('warn', 'reconcile.failed', {}, error))
  }, reconcileMs)
  await askAgain()
  journal.note('info', 'worker.started')
  return async () => {
    clearInterval(timer)
    await host.stop(drainMs)
    await queue.close()
    await inspector.close()
    await store.close()
    await queuePool.end()
    await db.destroy()
    journal.note('info', 'worker.stopped')
  }
}

await runUntilStopped('worker', readConfig(process.env), start)
