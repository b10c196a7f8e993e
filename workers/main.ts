/**
 * Worker: configuration → adapters → steps → handlers → take jobs. Started and stopped in mirrored order. It is
 * the only process besides the portal that has keys to open records.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openInspector } from '#adapters/inspector/inspector.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import { openUnpacker } from '#adapters/unpacker/unpacker.ts'
import { openLedgers, openPacs, openPost, openQueue, openScanner, openStore } from '#compose.ts'
import { runUntilStopped, type Stop } from '#config/lifecycle.ts'
import { loadConfig } from '#config/load-config.ts'
import { undecidedWords } from '#config/malware-scan.ts'
import type { Config } from '#config/read-config.ts'
import { worstOutcome } from '#domain/verdict.ts'
import { type Instruments, openInstruments } from '#instruments.ts'
import type { AdmissionLedger } from '#ports/admission-ledger.ts'
import type { Metrics } from '#ports/metrics.ts'
import { admit, quarantinePack } from '#steps/admit.ts'
import { indexCase, keepAudit } from '#steps/index-case.ts'
import { offer } from '#steps/offer.ts'
import { oweLetters } from '#steps/owe-letters.ts'
import { failPush, runPush } from '#steps/push-case.ts'
import { readInstances } from '#steps/read-instances.ts'
import { reconcile } from '#steps/reconcile.ts'
import { sendLetter } from '#steps/send-letter.ts'
import { unpack } from '#steps/unpack.ts'
import { admitPackHandler } from './admit-pack.ts'
import { type Handlers, watched } from './host.ts'
import { indexCaseHandler, keepAuditHandler } from './index-case.ts'
import { offerCaseHandler } from './offer-case.ts'
import { pushCaseHandler } from './push-case.ts'
import { sendLetterHandler } from './send-letter.ts'
import { unpackItemHandler } from './unpack-item.ts'

/** How often the ledger is asked what the queue may have lost. */
const reconcileMs = 10_000

/** How long running jobs may take to end once the worker was told to stop. */
const drainMs = 25_000

/** Owed packs that are counted for the numbers. */
const mostOwed = 10_000

/** Counts verdicts as the ledger took them. */
const countAdmitted = (admission: AdmissionLedger, metrics: Metrics): AdmissionLedger => ({
  ...admission,
  admit: async (...given) => {
    const decided = await admission.admit(...given)
    metrics.admitted(decided.map(({ codes }) => worstOutcome(codes)))
    return decided
  },
})

/** Starts taking jobs. The worker is a program of its own, or part of a server with the role `worker`. */
export const startWorker = async (config: Config, shared?: Instruments): Promise<Stop> => {
  if (config.malwareScan === 'undecided') throw new Error(undecidedWords)
  const instruments = shared ?? openInstruments('worker', config)
  const { journal, metrics } = instruments
  const clock = systemClock
  const ledgers = openLedgers(config, config.workerConcurrency * 2 + 4)
  const queueing = await openQueue(config)
  const store = await openStore(config, metrics)
  const { vault, seal } = openVaultRing(config.keysFolder, clock, config.publicUrl)
  const inspector = openInspector({ children: config.inspectors })
  const unpacker = openUnpacker()
  const scanner = openScanner(config)
  const { queue } = queueing
  const post = await openPost(config)
  const desk = { institution: config.institution, contact: config.contact }
  const { archives, audit, cases, indexes, introductions, letters, links } = ledgers
  const { instances, pushes } = ledgers
  const admission = countAdmitted(ledgers.admission, metrics)
  const needs = { admission, cases, store, vault, inspector, scanner, queue, audit, clock }
  const unpackNeeds = { ...needs, archives, seal, unpacker, ids: randomIds }
  const indexNeeds = { indexes, store, vault, clock, ids: randomIds }
  const letterNeeds = { letters, links, cases, vault, post, audit, clock, desk }
  const pushNeeds = {
    pushes,
    cases,
    instances,
    audit,
    clock,
    pause: (ms: number) => sleep(ms),
    readInstances: readInstances({ instances, vault, store }),
    pacs: openPacs(config),
  }
  const handlers = {
    'pack.admit': admitPackHandler({ admit: admit(needs), quarantine: quarantinePack(needs), journal }),
    'item.unpack': unpackItemHandler({ unpack: unpack(unpackNeeds), journal }),
    'case.offer': offerCaseHandler({ offer: offer({ cases, audit, queue, clock }), journal }),
    'case.index': indexCaseHandler({ index: indexCase(indexNeeds), journal }),
    'letter.send': sendLetterHandler({ send: sendLetter(letterNeeds), journal }),
    'audit.keep': keepAuditHandler({ keep: keepAudit(indexNeeds), journal }),
    'case.push': pushCaseHandler({ push: runPush(pushNeeds), fail: failPush(pushNeeds), journal }),
  } satisfies Handlers
  const host = queueing.host(config.workerConcurrency)
  await host.start(
    new Map(Object.entries(handlers).map(([name, handler]) => [name, watched(name, handler, instruments)])),
  )
  const writeLetters = oweLetters({
    ...letterNeeds,
    introductions,
    ids: randomIds,
    deskMail: config.deskMail,
  })
  const reconcileAll = reconcile({ admission, archives, letters, indexes, pushes, queue, clock })
  const askAgain = async (): Promise<void> => {
    // Records come first: what is wrong with letters keeps nothing else from being asked for.
    await reconcileAll()
    const { failed } = await writeLetters()
    if (failed > 0) journal.note('warn', 'letters.not-owed', { items: failed })
  }
  const timer = setInterval(() => {
    askAgain().catch((error: unknown) => journal.note('warn', 'reconcile.failed', {}, error))
  }, reconcileMs)
  await askAgain()
  let stopping = false
  const watching =
    shared === undefined
      ? await instruments.open({ queue, store, halves: ['vault'], isOpen: () => !stopping })
      : null
  instruments.watchOwed(async () => (await admission.owedPacks(clock.now(), mostOwed)).length)
  if (scanner === null) journal.note('warn', 'scanner.none')
  journal.note('info', 'worker.started')
  return async () => {
    stopping = true
    clearInterval(timer)
    await host.stop(drainMs)
    await inspector.close()
    await unpacker.close()
    await watching?.close()
    await queueing.close()
    await store.close()
    await ledgers.close()
    journal.note('info', 'worker.stopped')
  }
}

if (import.meta.main) await runUntilStopped('worker', loadConfig(process.env), startWorker)
