/** The words of items, sealed under the key of their case, for searching inside it. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table item_texts (
    item_id uuid primary key references items,
    case_id uuid not null references cases,
    sealed_text bytea not null)`,
  `create index item_texts_by_case on item_texts (case_id)`,
  // Ciphertext does not compress: trying costs more than writing it.
  'alter table item_texts alter column sealed_text set storage external',
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
