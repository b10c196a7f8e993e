/** Served copies as rows, and back. A row that does not fit its item throws `store.damaged`: nothing goes out then. */
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { ServedCopy } from '#domain/patch.ts'
import { parseArray } from '#formats/json-object.ts'
import { patchText, readPatches } from '#formats/patch-text.ts'
import type { ItemDecision } from '#ports/admission-ledger.ts'
import type { Tables } from './tables.ts'

/** Columns of `served_copies` under names of their own, all null where an item has none. */
export const servedColumns = [
  'served_copies.patches as served_patches',
  'served_copies.sha256 as served_sha256',
  'served_copies.crc32 as served_crc32',
] as const

type Row = Selectable<Tables['served_copies']>

export type ServedRow = {
  readonly served_patches: Row['patches'] | null
  readonly served_sha256: Row['sha256'] | null
  readonly served_crc32: Row['crc32'] | null
}

/** The served copy of an item of `size` bytes; null where it goes out as it came. @throws `store.damaged` */
export const toServed = (row: ServedRow, size: number): ServedCopy | null => {
  const { served_patches: text, served_sha256: sha256, served_crc32: crc32 } = row
  if (text === null || sha256 === null || crc32 === null) return null
  const patches = readPatches(parseArray(text), size)
  if (patches === null || patches.length === 0) throw new Fault('store.damaged')
  return { patches, sha256, crc32 }
}

/** Writes the served copies of those that have one. */
export const addServed = (kept: readonly ItemDecision[]): RawBuilder<unknown>[] => {
  const rows = kept.flatMap(({ item, served }) => (served === undefined ? [] : [{ item, ...served }]))
  if (rows.length === 0) return []
  return [
    sql`
      insert into served_copies (item_id, patches, sha256, crc32)
      select * from unnest(${rows.map((row) => row.item)}::uuid[],
        ${rows.map((row) => patchText(row.patches))}::text[],
        ${rows.map((row) => Buffer.from(row.sha256))}::bytea[], ${rows.map((row) => row.crc32)}::bigint[])`,
  ]
}
