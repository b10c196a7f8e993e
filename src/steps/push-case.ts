/**
 * Push case: every readable instance of a case, or of one study, to a PACS, as it goes out to readers. Stored is what the
 * PACS named; what it did not name is sent again. Begun again after a crash it sends everything once more, which a
 * PACS takes for the same: nothing is missed, and nothing is there twice.
 */
import { mayRead } from '#domain/case.ts'
import { Fault, type FaultCode, isRefusal, type Refusal } from '#domain/fault.ts'
import type { CaseId, PushId } from '#domain/id.ts'
import { type Push, pushPatienceMs } from '#domain/push.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { InstanceLedger, InstanceScope } from '#ports/instance-ledger.ts'
import type { Pacs, PacsInstance } from '#ports/pacs.ts'
import type { PushEnd, PushLedger } from '#ports/push-ledger.ts'

/** An instance as it goes out. */
type Outgoing = {
  readonly instance: InstanceFacts
  readonly length: number
  readonly open: (start: number, end: number) => AsyncIterable<readonly Uint8Array[]>
}

/** Some that can be read; `close` gives back at once the memory that this takes. */
type Opened = { readonly files: readonly Outgoing[]; readonly close: () => void }

export type PushCaseNeeds = {
  readonly pushes: PushLedger
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly instances: Pick<InstanceLedger, 'outline'>
  /** What a reader would get of a scope. */
  readonly readInstances: (of: CaseId, scope: InstanceScope) => Promise<Opened | Refusal>
  readonly pacs: Pacs
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly pause: (ms: number) => Promise<void>
}

/** One request takes at most so much, but one instance at least. */
const mostBytes = 67_108_864
const mostInstances = 200

/** So often an instance is offered, and so often in a row the PACS may be away, before this try ends. */
const mostTries = 3

const pauseMs = 1_000

/** After so many that were refused one by one, and none that was not, it is the archive and not the instances. */
const mostRefused = 8

/** FailureReason of what passes: out of resources, and a failure while processing (PS3.18 §I.2.2). */
const passing = (reason: number | null): boolean =>
  reason === 0x0110 || (reason !== null && (reason & 0xff00) === 0xa700)

type Tally = { sent: number; failed: number; code: FaultCode | null }

/** It ends here, and no try will change it. */
class PushEnded extends Error {
  readonly code: FaultCode

  constructor(code: FaultCode) {
    super(code)
    this.name = 'PushEnded'
    this.code = code
  }
}

const toPacs = ({ instance, length, open }: Outgoing): PacsInstance => ({
  sopUid: instance.sopUid,
  length,
  open: () => open(0, length),
})

/** In their order, each of at most `most` instances. */
function* batchesOf(files: readonly Outgoing[], most: number): Generator<readonly Outgoing[]> {
  let batch: Outgoing[] = []
  let bytes = 0
  for (const file of files) {
    if (batch.length > 0 && (batch.length === most || bytes + file.length > mostBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(file)
    bytes += file.length
  }
  if (batch.length > 0) yield batch
}

/** What is sent anew is opened anew: a study's bytes are read once and in order. */
const openAgain = async (
  { readInstances }: PushCaseNeeds,
  of: CaseId,
  instances: readonly InstanceFacts[],
): Promise<Opened> => {
  const sets: Opened[] = []
  for (const { studyUid, seriesUid, sopUid } of instances) {
    const scope = { study: studyUid, series: seriesUid, instance: sopUid }
    const opened = await readInstances(of, scope)
    if (isRefusal(opened)) throw new PushEnded('item.not-found')
    sets.push(opened)
  }
  const close = (): void => {
    for (const set of sets) set.close()
  }
  return { files: sets.flatMap(({ files }) => files), close }
}

const checkReadable = async ({ cases }: PushCaseNeeds, of: CaseId): Promise<void> => {
  const row = await cases.findCase(of)
  if (row === null || !mayRead(row.state)) throw new PushEnded('case.closed')
}

const pushStudy = async (needs: PushCaseNeeds, push: Push, study: string, tally: Tally): Promise<void> => {
  const { pushes, pacs, readInstances, clock, pause } = needs
  const found = await readInstances(push.case, { study })
  if (isRefusal(found)) throw new PushEnded('item.not-found')
  const tries = new Map<string, number>()
  let opened: Opened = found
  let most = mostInstances
  let away = 0
  let refusedInARow = 0
  while (opened.files.length > 0) {
    const again: InstanceFacts[] = []
    const giveUp = (code: FaultCode): void => {
      tally.failed += 1
      tally.code ??= code
    }
    const tryAgain = ({ instance }: Outgoing): void => {
      const nth = (tries.get(instance.sopUid) ?? 0) + 1
      tries.set(instance.sopUid, nth)
      if (nth < mostTries) again.push(instance)
      else giveUp('pacs.refused')
    }
    for (const batch of batchesOf(opened.files, most)) {
      await checkReadable(needs, push.case)
      try {
        const { stored, refused } = await pacs.store(push.target, batch.map(toPacs))
        away = 0
        refusedInARow = 0
        most = Math.min(mostInstances, most * 2)
        for (const file of batch) {
          const { sopUid } = file.instance
          if (stored.has(sopUid)) tally.sent += 1
          else if (refused.has(sopUid) && !passing(refused.get(sopUid) ?? null)) giveUp('pacs.refused')
          else tryAgain(file)
        }
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        if (error.code === 'pacs.too-large' || error.code === 'pacs.refused') {
          // One that it cannot read makes some refuse all that came with it: which one is found with fewer at once.
          if (batch.length === 1) giveUp(error.code)
          else again.push(...batch.map(({ instance }) => instance))
          refusedInARow = batch.length === 1 ? refusedInARow + 1 : 0
          if (refusedInARow === mostRefused && tally.sent === 0) throw error
          most = Math.max(1, Math.floor(batch.length / 2))
        } else if (error.code === 'pacs.unavailable') {
          away += 1
          if (away === mostTries) throw error
          again.push(...batch.map(({ instance }) => instance))
          await pause(pauseMs * 2 ** away)
        } else throw error
      }
      await pushes.notePush(push.id, tally.sent, tally.failed, clock.now())
    }
    opened.close()
    if (again.length > 0) await pause(pauseMs)
    opened = await openAgain(needs, push.case, again)
  }
}

const pushAll = async (needs: PushCaseNeeds, push: Push, tally: Tally): Promise<void> => {
  const outline = await needs.instances.outline(push.case, push.study ?? undefined)
  if (outline === null) throw new PushEnded('case.closed')
  if (outline.series.length === 0) throw new PushEnded('item.not-found')
  for (const study of new Set(outline.series.map(({ studyUid }) => studyUid)))
    await pushStudy(needs, push, study, tally)
}

/** What ends a push at once, whatever the next try would bring. */
const lasting: ReadonlySet<FaultCode> = new Set([
  'pacs.denied',
  'pacs.unusable',
  'pacs.refused',
  'push.unknown-target',
])

const endingOf = (error: unknown, push: Push, at: Date): FaultCode | null => {
  if (error instanceof PushEnded) return error.code
  if (!(error instanceof Fault)) return null
  if (lasting.has(error.code)) return error.code
  return at.getTime() - push.createdAt.getTime() > pushPatienceMs ? error.code : null
}

const end = async (
  { pushes, audit }: Pick<PushCaseNeeds, 'pushes' | 'audit'>,
  id: PushId,
  ending: PushEnd,
): Promise<void> => {
  const push = await pushes.endPush(id, ending)
  if (push === null) return
  const { case: of, target, sent, failed, code } = push
  const facts = { target, sent, failed, ...(code === null ? {} : { code }) }
  await audit.append(
    { action: 'case.pushed', actor: { kind: 'worker' }, case: of, object: id, facts },
    ending.at,
  )
}

/** How it ended; null when there is no such push, or it ended before. @throws what another try may put right */
export const runPush =
  (needs: PushCaseNeeds) =>
  async (id: PushId): Promise<Tally | null> => {
    const { pushes, clock } = needs
    const push = await pushes.takePush(id, clock.now())
    if (push === null) return null
    const tally: Tally = { sent: 0, failed: 0, code: null }
    try {
      await pushAll(needs, push, tally)
    } catch (error) {
      const ending = endingOf(error, push, clock.now())
      if (ending === null) {
        await pushes.delayPush(id, error instanceof Fault ? error.code : 'internal', clock.now())
        throw error
      }
      tally.code = ending
    }
    const { sent, failed, code } = tally
    const at = clock.now()
    await end(needs, id, { state: code === null ? 'done' : 'failed', sent, failed, code, at })
    return tally
  }

/** The last try failed with a code that no next one puts right. */
export const failPush =
  (needs: Pick<PushCaseNeeds, 'pushes' | 'audit' | 'clock'>) =>
  (id: PushId, code: FaultCode): Promise<void> =>
    end(needs, id, { state: 'failed', code, at: needs.clock.now() })
