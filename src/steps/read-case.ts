/** Read case: what the desk sees of a case, its details opened, its items counted and listed with verdicts. */
import type { CaseState } from '#domain/case.ts'
import { itemSentence, type ReleaseRule, releaseRule } from '#domain/decision.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemKind, ItemState } from '#domain/item.ts'
import { detailsSeal, factsSeal, noteSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import { type VerdictCode, verdictTable } from '#domain/verdict.ts'
import type { CaseCounts, CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { DecisionLedger, DecisionRow, Proposal } from '#ports/decision-ledger.ts'
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
  /** The archive it came out of; null for what a sender announced. */
  readonly from: ItemId | null
  readonly codes: readonly VerdictCode[]
  readonly sentence: string | null
}

const parseSealed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))

/** The path the sender's machine had; null for an item nothing looked into, or once the key is gone. */
const nameOf = (
  key: CaseKey | null,
  of: CaseId,
  { id, sealedFacts }: { readonly id: ItemId; readonly sealedFacts: Uint8Array | null },
): string | null => {
  if (key === null || sealedFacts === null) return null
  const facts = parseSealed(key.unseal(sealedFacts, factsSeal(of, id))) as SealedFacts
  return facts.name ?? null
}

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
    return items.map((item) => ({
      id: item.id,
      state: item.state,
      kind: item.kind,
      size: item.size,
      name: nameOf(key, id, item),
      from: item.from,
      codes: item.codes,
      sentence: itemSentence(item.state, item.codes),
    }))
  }

export type WaitingView = {
  readonly id: ItemId
  readonly kind: ItemKind | null
  readonly size: number
  readonly name: string | null
  readonly modality: string | null
  readonly since: Date
  /** Everything a check found, each with its sentence. */
  readonly reasons: readonly { readonly code: VerdictCode; readonly sentence: string }[]
  /** What releasing it takes. */
  readonly release: ReleaseRule
  /** The first of two words, when it was said. */
  readonly proposed: Proposal | null
}

type DecisionNeeds = Omit<ReadCaseNeeds, 'delivery'> & { readonly decisions: DecisionLedger }

/** The items of a case that wait for a person, in the order they were announced; refuses `case.not-found`. */
export const listQuarantine =
  ({ cases, decisions, vault }: DecisionNeeds) =>
  async (of: CaseId): Promise<readonly WaitingView[] | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(of, row.keys.wrappedKey)
    return (await decisions.waitingOf(of)).map((item) => ({
      id: item.id,
      kind: item.kind,
      size: item.size,
      name: nameOf(key, of, item),
      modality: item.modality,
      since: item.since,
      reasons: item.codes.map((code) => ({ code, sentence: verdictTable[code].sentence })),
      release: releaseRule(item.codes, item.looked),
      proposed: item.proposed,
    }))
  }

/** A decision with what the person wrote; null when they wrote nothing, or once the key is gone. */
export type DecisionView = Omit<DecisionRow, 'sealedNote'> & { readonly note: string | null }

/** Every decision on items of a case, oldest first; refuses `case.not-found`. */
export const listDecisions =
  ({ cases, decisions, vault }: DecisionNeeds) =>
  async (of: CaseId): Promise<readonly DecisionView[] | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(of, row.keys.wrappedKey)
    return (await decisions.decisionsOf(of)).map(({ sealedNote, ...decision }) => ({
      ...decision,
      note:
        key === null || sealedNote === null
          ? null
          : Buffer.from(key.unseal(sealedNote, noteSeal(of, decision.item, decision.by))).toString('utf8'),
    }))
  }
