/** Read case: what the desk sees of a case, its details opened, its items counted and listed with verdicts. */
import type { CaseState } from '#domain/case.ts'
import { itemSentence, type ReleaseRule, releaseRule } from '#domain/decision.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { type Difference, differencesOf, type Identity } from '#domain/identity/compare-patients.ts'
import type { ItemKind, ItemState } from '#domain/item.ts'
import type { StatedPatient } from '#domain/patient.ts'
import { noteSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import { type VerdictCode, verdictTable } from '#domain/verdict.ts'
import type { CaseCounts, CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { DecisionLedger, DecisionRow, Proposal } from '#ports/decision-ledger.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import { openDetails, openFacts } from '#ports/open-sealed.ts'

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

/** Null for an item nothing looked into, or once the key is gone. */
const factsOf = (
  key: CaseKey | null,
  of: CaseId,
  { id, sealedFacts }: { readonly id: ItemId; readonly sealedFacts: Uint8Array | null },
): SealedFacts | null => (key === null || sealedFacts === null ? null : openFacts(key, of, id, sealedFacts))

/** One case; refuses `case.not-found`. Details are null once its key is gone. */
export const readCase =
  ({ cases, vault }: ReadCaseNeeds) =>
  async (id: CaseId): Promise<CaseView | Refusal> => {
    const row = await cases.findCase(id)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(id, row.keys.wrappedKey)
    const details = key === null || row.details === null ? null : openDetails(key, id, row.details)
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
      name: factsOf(key, id, item)?.name ?? null,
      from: item.from,
      codes: item.codes,
      sentence: itemSentence(item.state, item.codes),
    }))
  }

/** A person as a case or a file states them. */
export type PersonView = Readonly<Record<'name' | 'birthDate' | 'sex' | 'id' | 'issuer', string | null>>

/** Whom a file names beside whom the case is about. */
export type IdentityView = {
  readonly file: PersonView
  readonly case: PersonView
  readonly differs: readonly Difference[]
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
  /** Only where a check found something of whose the file is: nobody needs it else. */
  readonly identity: IdentityView | null
  /** What releasing it takes. */
  readonly release: ReleaseRule
  /** The first of two words, when it was said. */
  readonly proposed: Proposal | null
}

const viewPerson = (person: Identity): PersonView => ({
  name: person.patientName ?? null,
  birthDate: person.birthDate ?? null,
  sex: person.sex ?? null,
  id: person.patientId ?? null,
  issuer: person.issuerOfPatientId ?? null,
})

const isOfIdentity = (code: VerdictCode): boolean =>
  code === 'BATCH_MIXED_PATIENTS' ||
  (code.startsWith('IDENTITY_') && verdictTable[code].outcome === 'quarantined')

const viewIdentity = (
  codes: readonly VerdictCode[],
  facts: SealedFacts | null,
  patient: StatedPatient | null,
): IdentityView | null => {
  if (facts === null || !codes.some(isOfIdentity)) return null
  const { name, id, issuer, ...rest } = patient ?? {}
  const stated: Identity = { ...rest, patientName: name, patientId: id, issuerOfPatientId: issuer }
  return { file: viewPerson(facts), case: viewPerson(stated), differs: differencesOf(stated, facts) }
}

type DecisionNeeds = Omit<ReadCaseNeeds, 'delivery'> & { readonly decisions: DecisionLedger }

/** The items of a case that wait for a person, in the order they were announced; refuses `case.not-found`. */
export const listQuarantine =
  ({ cases, decisions, vault }: DecisionNeeds) =>
  async (of: CaseId): Promise<readonly WaitingView[] | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(of, row.keys.wrappedKey)
    const details = key === null || row.details === null ? null : openDetails(key, of, row.details)
    const patient = details === null ? null : details.patient
    return (await decisions.waitingOf(of)).map((item) => {
      const facts = factsOf(key, of, item)
      return {
        id: item.id,
        kind: item.kind,
        size: item.size,
        name: facts?.name ?? null,
        modality: item.modality,
        since: item.since,
        reasons: item.codes.map((code) => ({ code, sentence: verdictTable[code].sentence })),
        identity: viewIdentity(item.codes, facts, patient),
        release: releaseRule(item.codes, item.looked),
        proposed: item.proposed,
      }
    })
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
