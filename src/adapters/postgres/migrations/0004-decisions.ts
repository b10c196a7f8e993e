/** What people of the desk decided about items in quarantine. Rows are only ever added. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table decisions (
    seq bigint generated always as identity primary key,
    case_id uuid not null references cases,
    item_id uuid not null references items,
    operator_id uuid not null,
    act text not null,
    reason text,
    outcome text not null,
    sealed_note bytea,
    at timestamptz not null)`,
  `create index decisions_by_item on decisions (item_id)`,
  `create index decisions_by_case on decisions (case_id)`,
  // One person's word counts once, and an item is decided once, whatever a program does.
  `create unique index decisions_proposed on decisions (item_id, operator_id) where outcome = 'proposed'`,
  `create unique index decisions_done on decisions (item_id) where outcome = 'done' and act <> 'check-again'`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
