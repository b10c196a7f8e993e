/** What of the ledger lies sealed in the object store, so that it can be rebuilt from there. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table case_indexes (
    case_id uuid primary key references cases on delete cascade,
    changed bigint not null default 1,
    urgent bigint not null default 1,
    indexed bigint not null default 0,
    sequence bigint not null default 0,
    object uuid,
    written_at timestamptz,
    cost_ms integer not null default 0)`,
  `create index case_indexes_owed on case_indexes (case_id) where changed > indexed`,
  `insert into case_indexes (case_id) select id from cases`,
  `create table audit_pieces (
    first bigint primary key,
    last bigint not null,
    object uuid not null unique,
    written_at timestamptz not null)`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
