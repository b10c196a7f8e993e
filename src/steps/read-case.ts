/** Read case: what the desk sees of a case, its details opened, its items counted and listed with verdicts. */
import type { CaseState } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemKind, ItemState } from '#domain/item.ts'
import { detailsSeal, factsSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import { type VerdictCode, verdictSentence } from '#domain/verdict.ts'
import type { CaseCounts, CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'

export type ReadCaseNeeds = {
  readonly cases: CaseLedger
  readonly delivery: DeliveryLedger
  readonly vault: CaseVault
}

export type CaseView = {
  readonly id: CaseId
  readonly state: CaseState
  readonly openedAt: Date
  readonly details: unknown
  readonly counts: CaseCounts
}

export type ItemView = {
  readonly id: ItemId
  readonly state: ItemState
  readonly kind: ItemKind | null
  readonly size: number
  readonly name: string | null
  readonly codes: readonly VerdictCode[]
  readonly sentence: string | null
}

const parseSealed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))

/** One case; refuses `case.not-found`. Details are null once its key is gone. */
export const readCase =
  ({ cases, vault }: ReadCaseNeeds) =>
  async (id: CaseId): Promise<CaseView | Refusal> => {
    const row = await cases.findCase(id)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(id, row.keys.wrappedKey)
    const details =
      key === null || row.details === null ? null : parseSealed(key.unseal(row.details, detailsSeal(id)))
    return {
      id,
      state: row.state,
      openedAt: row.createdAt,
      details,
      counts: await cases.countItems(id),
    }
  }

/** Every item of a case in the order it was announced; refuses `case.not-found`. */
export const listItems =
  ({ cases, delivery, vault }: ReadCaseNeeds) =>
  async (id: CaseId): Promise<readonly ItemView[] | Refusal> => {
    const row = await cases.findCase(id)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(id, row.keys.wrappedKey)
    const items = await delivery.itemsOf(id)
    return items.map((item) => {
      const facts =
        key === null || item.sealedFacts === null
          ? null
          : (parseSealed(key.unseal(item.sealedFacts, factsSeal(id, item.id))) as SealedFacts)
      return {
        id: item.id,
        state: item.state,
        kind: item.kind,
        size: item.size,
        name: facts?.name ?? null,
        codes: item.codes,
        sentence: verdictSentence(item.codes),
      }
    })
  }
