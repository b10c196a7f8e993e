/** Which instances of a case a reader may have, as a condition of a statement over `instances`. */
import { type RawBuilder, sql } from 'kysely'
import type { CaseId } from '#domain/id.ts'
import { readableStates } from '#domain/item.ts'
import { patchedOnlyCodes } from '#domain/patch.ts'

/** What `readItems` of the delivery ledger gives. */
const isReadable = sql`items.state = any(${[...readableStates]}) and items.kind = 'dicom'
  and items.sha256 is not null and items.crc32 is not null and items.sealed_facts is not null
  and (not items.codes && ${[...patchedOnlyCodes]}::text[]
    or exists (select from served_copies where served_copies.item_id = items.id))`

/**
 * Instances that a reader may have: `many` of a case by one short scan of its items, a few by a look at each. Never as
 * a join, which `is true` keeps the planner from making of it: before tables are analyzed it takes any case for one row,
 * and joins two scans of a case row by row. That took seconds for two thousand slices that had just come.
 */
export const readable = (of: CaseId, many: boolean): RawBuilder<unknown> =>
  many
    ? sql`(instances.item_id in (select items.id from items where items.case_id = ${of} and ${isReadable})) is true`
    : sql`(exists (
        select from items where items.id = instances.item_id and items.case_id = ${of} and ${isReadable})) is true`
