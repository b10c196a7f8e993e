/**
 * Kept: what lies in the object store beside the packs, so that store and key ring alone can rebuild the ledger.
 * Names of objects are random and never reused; what they are stands in them.
 */
import type { CaseId, IndexId, PlanId } from './id.ts'

/** The sealed index of a case. */
export const indexObject = (id: IndexId): string => `indexes/${id}`

/** What a sender announced in one plan. */
export const planObject = (id: PlanId): string => `plans/${id}`

/** A piece of the audit chain, named like the key of its own that seals it. */
export const auditObject = (id: CaseId): string => `audit/${id}`

/** Kinds of objects, as the first part of their names. */
export const objectKinds = ['packs', 'plans', 'indexes', 'audit'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** `bytes` in rows are octets, `time` a moment to the millisecond, `texts` a list. */
export const columnKinds = ['text', 'number', 'bytes', 'time', 'texts'] as const
export type ColumnKind = (typeof columnKinds)[number]

export type KeptValue = string | number | Uint8Array | Date | readonly string[] | null

/** A table of the ledger as an index has it: names and kinds of its columns, in the order of a row's values. */
export type KeptTable = {
  readonly name: string
  readonly columns: readonly (readonly [name: string, kind: ColumnKind])[]
}

/** Some rows of one table. */
export type KeptRows = { readonly table: KeptTable; readonly rows: readonly (readonly KeptValue[])[] }
