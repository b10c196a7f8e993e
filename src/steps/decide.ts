/**
 * Decide: a person of the desk releases an item from quarantine, discards it, or has it checked again. What they
 * write is sealed under the case key; audit and logs learn the code of the reason and nothing else of it.
 */
import type { AuditAction } from '#domain/audit.ts'
import { mayRead } from '#domain/case.ts'
import type { DecisionAct, DecisionReason } from '#domain/decision.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId, OperatorId } from '#domain/id.ts'
import { noteSeal } from '#domain/seal-name.ts'
import { admitPack, indexCase, unpackItem } from '#jobs/jobs.ts'
import type { AdmissionLedger } from '#ports/admission-ledger.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { Decided, DecisionLedger } from '#ports/decision-ledger.ts'
import { dropPacks } from '#ports/drop-packs.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { ObjectStore } from '#ports/object-store.ts'

export type DecideNeeds = {
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly decisions: DecisionLedger
  readonly admission: Pick<AdmissionLedger, 'dropPack'>
  readonly store: Pick<ObjectStore, 'remove'>
  readonly vault: CaseVault
  readonly audit: Pick<AuditLedger, 'append'>
  readonly queue: JobQueue
  readonly clock: Clock
}

export type Choice = {
  readonly act: DecisionAct
  readonly reason: DecisionReason
  /** What the person wrote; kept only sealed. */
  readonly note: string | null
}

const actions = {
  quarantined: 'item.release-proposed',
  released: 'item.released',
  unpacking: 'item.released',
  discarded: 'item.discarded',
} as const satisfies Record<Decided['state'], AuditAction>

/** The state the item is in now. Refuses `case.not-found` and as `DecisionLedger.decide` does. */
export const decide =
  (needs: DecideNeeds) =>
  async (
    of: CaseId,
    item: ItemId,
    { act, reason, note }: Choice,
    by: OperatorId,
  ): Promise<Decided['state'] | Refusal> => {
    const { cases, decisions, vault, audit, queue, clock } = needs
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (row.keys === null || !mayRead(row.state)) return refuse('case.closed')
    const sealedNote =
      note === null
        ? null
        : (await vault.open(of, row.keys.wrappedKey)).seal(Buffer.from(note), noteSeal(of, item, by))
    const at = clock.now()
    const decided = await decisions.decide({ case: of, item, by, act, reason, sealedNote, at })
    if (isRefusal(decided)) return decided
    const facts = { reason, codes: decided.codes.join(' ') }
    const action = actions[decided.state]
    await audit.append({ action, actor: { kind: 'operator', id: by }, case: of, object: item, facts }, at)
    await dropPacks(needs, decided.packs)
    if (decided.state === 'unpacking') await queue.add(unpackItem, { item }).catch(() => {})
    await queue.add(indexCase, { case: of }).catch(() => {})
    return decided.state
  }

/**
 * Has an item that no check could look into checked again, with every such item that came in the same pack; how
 * many they are. Refuses `case.not-found` and as `DecisionLedger.checkAgain` does.
 */
export const checkAgain =
  ({ cases, decisions, audit, queue, clock }: DecideNeeds) =>
  async (of: CaseId, item: ItemId, by: OperatorId): Promise<number | Refusal> => {
    if ((await cases.findCase(of)) === null) return refuse('case.not-found')
    const at = clock.now()
    const asked = await decisions.checkAgain({ case: of, item, by, at })
    if (isRefusal(asked)) return asked
    const facts = { items: asked.items.length }
    const actor = { kind: 'operator', id: by } as const
    await audit.append({ action: 'item.check-asked', actor, case: of, object: item, facts }, at)
    await queue.add(admitPack, { pack: asked.pack }).catch(() => {})
    return asked.items.length
  }
