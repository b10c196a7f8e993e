/**
 * Decision ledger: items that wait for a person, and what people decided. An item is decided once, whoever races;
 * who decided, when and why is only ever added. What a person wrote comes and goes sealed.
 */
import type { DecisionAct, DecisionReason } from '#domain/decision.ts'
import type { Refusal } from '#domain/fault.ts'
import type { CaseId, ItemId, OperatorId, PackId } from '#domain/id.ts'
import type { Item } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'

/** The first of two people who agreed to a release. */
export type Proposal = { readonly by: OperatorId; readonly at: Date; readonly reason: DecisionReason }

export type WaitingItem = Item & {
  readonly since: Date
  /** False when no check could look into it: there are no facts, and nothing could be read. */
  readonly looked: boolean
  readonly modality: string | null
  readonly sealedFacts: Uint8Array | null
  readonly proposed: Proposal | null
}

export type NewDecision = {
  readonly case: CaseId
  readonly item: ItemId
  readonly by: OperatorId
  readonly act: DecisionAct
  readonly reason: DecisionReason
  readonly sealedNote: Uint8Array | null
  readonly at: Date
}

export type Decided = {
  /** `quarantined`: it was the first of two words, and the item goes on waiting. `unpacking`: an archive was released. */
  readonly state: 'quarantined' | 'released' | 'unpacking' | 'discarded'
  readonly codes: readonly VerdictCode[]
  /** Packs in which a discarded item had bytes. */
  readonly packs: readonly PackId[]
}

/** A decision as it was taken down. `proposed`: the first of two words, which moved nothing. */
export type DecisionRow = {
  readonly item: ItemId
  readonly by: OperatorId
  readonly at: Date
  readonly act: DecisionAct | 'check-again'
  readonly outcome: 'proposed' | 'done'
  /** Null for `check-again`. */
  readonly reason: DecisionReason | null
  readonly sealedNote: Uint8Array | null
}

export type DecisionLedger = {
  /** In the order they were announced. */
  waitingOf(id: CaseId): Promise<readonly WaitingItem[]>
  /** Every decision on items of a case, oldest first. */
  decisionsOf(id: CaseId): Promise<readonly DecisionRow[]>
  /**
   * `quarantined → released | discarded`, or the first of two words kept. A release counts the case's revision up; an
   * archive goes on to `unpacking` instead, its tries forgotten. A discarded item loses its keys and its place in the
   * index. Refuses `case.closed` for a case that is not read any more, or takes no records where it is an archive that
   * is released; `item.not-found`, `item.not-waiting` for an item in another state; and of a release `item.locked`,
   * `item.unchecked` and `item.second-person` when the first word was this person's too.
   */
  decide(decision: NewDecision): Promise<Decided | Refusal>
  /**
   * `quarantined → received` for an item that no check could look into and every such item of its pack, and
   * `quarantined → stored` for the pack, its tries forgotten. A case that is ready goes back to `collecting` until they
   * have a verdict. Refuses as `decide` does, and `item.checked`.
   */
  checkAgain(
    asked: Pick<NewDecision, 'case' | 'item' | 'by' | 'at'>,
  ): Promise<{ readonly pack: PackId; readonly items: readonly ItemId[] } | Refusal>
}
