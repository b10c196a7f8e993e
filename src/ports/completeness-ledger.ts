/** Completeness ledger: everything that came of a case, whatever became of it, as far as one can tell what is missing. */
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemState } from '#domain/item.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type CameItem = {
  readonly id: ItemId
  readonly state: ItemState
  readonly codes: readonly VerdictCode[]
  readonly instance: InstanceFacts | null
  /** Null unless it is an instance. */
  readonly sealedFacts: Uint8Array | null
  /** What it lists, if it is one of the first `mostLists` directories of discs. */
  readonly sealedList: Uint8Array | null
}

/** More discs than a case comes on; a list is some megabytes once it is open. */
export const mostLists = 16

export type CompletenessLedger = {
  /** In the order they were announced; one query, however many series there are. */
  cameOf(id: CaseId): Promise<readonly CameItem[]>
}
