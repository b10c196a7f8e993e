/**
 * Letters to senders and the desk, and who asked for a mailed receipt. Address and link are in `sealed` alone, which
 * is empty once a letter has ended, but for one that is kept for the desk to read.
 */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table letters (
    id uuid primary key,
    case_id uuid not null references cases,
    sender_id uuid not null references senders,
    link_id uuid references links,
    kind text not null,
    language text not null,
    state text not null,
    sealed bytea,
    attempts integer not null default 0,
    created_at timestamptz not null,
    due_at timestamptz not null,
    asked_at timestamptz,
    ended_at timestamptz,
    read_at timestamptz,
    check (state in ('owed', 'kept') or sealed is null))`,
  `create index letters_owed on letters (due_at) where state = 'owed'`,
  `create index letters_kept on letters (ended_at) where state = 'kept' and sealed is not null`,
  `create index letters_by_case on letters (case_id)`,
  // One of each, however many workers look at the same time.
  `create unique index letters_once on letters (sender_id) where kind = 'opened'`,
  `create unique index letters_reminder on letters (link_id) where kind = 'reminder'`,
  `create unique index letters_asked on letters (link_id, asked_at) where kind = 'link-asked'`,
  `create table receipt_asks (
    id uuid primary key,
    sender_id uuid not null references senders,
    asked_at timestamptz not null,
    answered_at timestamptz)`,
  `create index receipt_asks_by_sender on receipt_asks (sender_id, asked_at)`,
  `create index receipt_asks_open on receipt_asks (asked_at) where answered_at is null`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
