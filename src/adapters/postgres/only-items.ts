/** A statement about some items of a case, or about every one, as a condition on `items.id`. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ItemId } from '#domain/id.ts'

/** These items, or every one. */
export type Only = readonly ItemId[] | null

/** So many are each looked up by their id; more are picked out of a scan of their case. */
const few = 32

/**
 * One parameter for any number of ids: a statement has places for 65,535, and a text of its own for each number. Many
 * are looked up in a hash, never joined: a case whose rows were not counted yet would be gone through for each of them.
 */
export const isOneOf = (only: Only): RawBuilder<SqlBool> => {
  if (only === null) return sql`true`
  return only.length <= few
    ? sql`items.id = any(${[...only]}::uuid[])`
    : sql`(items.id in (select unnest(${[...only]}::uuid[]))) is true`
}
