/** What the directories of discs list, sealed; apart from the items, whose rows are read for every list of them. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table disc_lists (
    item_id uuid primary key references items,
    case_id uuid not null references cases,
    sealed_list bytea not null)`,
  `create index disc_lists_by_case on disc_lists (case_id)`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
