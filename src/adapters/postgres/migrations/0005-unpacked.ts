/** Archives that are taken apart: which plan came out of which item, and how often that was tried. */
import { type Kysely, sql } from 'kysely'

const statements = [
  // No reference: items refer to plans already, and tables that refer to each other in a ring cannot be copied.
  'alter table plans add column archive_item uuid',
  'create index plans_by_archive on plans (archive_item) where archive_item is not null',
  'alter table items add column attempts integer not null default 0',
  `create index items_unpacking on items (decided_at) where state = 'unpacking'`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
