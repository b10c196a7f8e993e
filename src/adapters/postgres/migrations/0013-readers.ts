/** Readers: who was invited to read a case, by a link that works once, and what they minted. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table readers (
    id uuid primary key,
    case_id uuid not null references cases,
    state text not null,
    details bytea not null,
    secret_hash bytea not null,
    code_hash bytea not null,
    expires_at timestamptz not null,
    tries integer not null default 0,
    locked_until timestamptz,
    invited_by uuid not null,
    invited_at timestamptz not null,
    token_hash bytea unique,
    entered_at timestamptz,
    seen_at timestamptz,
    ended_at timestamptz)`,
  `create index readers_by_case on readers (case_id)`,
  `alter table grants add column reader_id uuid references readers`,
  `create index grants_by_reader on grants (reader_id) where reader_id is not null and revoked_at is null`,
  // A grant that a reader minted was opened by nobody of the desk.
  `alter table grants alter column created_by drop not null`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
