/** What a case keeps sealed under its key, opened: the facts of its items, and what the desk opened it with. */
import type { CaseId, ItemId } from '#domain/id.ts'
import type { CaseDetails } from '#domain/patient.ts'
import { detailsSeal, factsSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import type { CaseKey } from './case-vault.ts'

const unseal = (key: CaseKey, sealed: Uint8Array, name: string): unknown =>
  JSON.parse(Buffer.from(key.unseal(sealed, name)).toString('utf8'))

/** What inspection found in an item. @throws `store.damaged` */
export const openFacts = (key: CaseKey, of: CaseId, item: ItemId, sealed: Uint8Array): SealedFacts =>
  unseal(key, sealed, factsSeal(of, item)) as SealedFacts

/** What the case was opened with. @throws `store.damaged` */
export const openDetails = (key: CaseKey, of: CaseId, sealed: Uint8Array): CaseDetails =>
  unseal(key, sealed, detailsSeal(of)) as CaseDetails
