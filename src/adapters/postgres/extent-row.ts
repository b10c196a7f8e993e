/** An extent as its row has it. */
import type { Selectable } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { Extent } from '#domain/item.ts'
import type { Tables } from './tables.ts'

export type ExtentRow = Selectable<Tables['extents']>

/** The extent with its wrapped key, null when that was destroyed. */
export const toKeptExtent = (row: ExtentRow): Extent & { readonly wrappedKey: Uint8Array | null } => ({
  pack: row.pack_id,
  item: row.item_id,
  first: row.first,
  count: row.count,
  offset: row.pack_offset,
  sealedLength: row.sealed_length,
  length: row.length,
  sha256: row.sha256,
  crc32: row.crc32,
  wrappedKey: row.wrapped_key,
})

/**
 * The extent with its wrapped key. @throws `key.unavailable` when the key was destroyed: an item without one of
 * its extents must never pass for a shorter item.
 */
export const toExtent = (row: ExtentRow): Extent & { readonly wrappedKey: Uint8Array } => {
  const { wrappedKey, ...extent } = toKeptExtent(row)
  if (wrappedKey === null) throw new Fault('key.unavailable')
  return { ...extent, wrappedKey }
}
