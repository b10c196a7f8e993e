/** Who is sending, sealed; and every consent that was given, of which only the withdrawal is ever added. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table introductions (
    sender_id uuid primary key references senders,
    case_id uuid not null references cases,
    at timestamptz not null,
    role text not null,
    language text not null,
    ways text[] not null,
    locked_key text not null,
    sealed_words bytea not null)`,
  `create index introductions_by_case on introductions (case_id)`,
  `create table consents (
    id uuid primary key,
    sender_id uuid not null references senders,
    case_id uuid not null references cases,
    version text not null,
    kind text not null,
    language text not null,
    text_hash bytea not null,
    given_at timestamptz not null,
    withdrawn_at timestamptz)`,
  `create index consents_by_case on consents (case_id)`,
  `create index consents_by_sender on consents (sender_id)`,
  // Asked with every request of a sender.
  `create index consents_standing on consents (sender_id) where withdrawn_at is null`,
  `alter table cases add column withdrawn_by uuid`,
  // When each grant was first read with, without a walk through everything that was read since.
  `create index audit_by_grant on audit (case_id, actor, seq) where actor like '%"kind":"grant"}'`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
