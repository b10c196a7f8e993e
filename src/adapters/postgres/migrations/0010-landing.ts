/**
 * What a link's page needs without a key: how the link is checked, in which language, its sealed facts; asks for a new
 * link; and who was at work last. `check_kind` is null in links of before: those with a `code_hash` ask for a code.
 */
import { type Kysely, sql } from 'kysely'

const statements = [
  `alter table links
    add column check_kind text,
    add column language text not null default 'en',
    add column sealed_facts bytea,
    add column questions integer not null default 0`,
  `create index links_by_sender on links (sender_id)`,
  `create index sessions_by_sender on sessions (sender_id)`,
  `create index packs_by_sender on packs (sender_id, created_at)`,
  `create table link_asks (
    link_id uuid not null references links,
    asked_at timestamptz not null,
    case_id uuid not null references cases,
    sender_id uuid not null references senders,
    answered_at timestamptz,
    primary key (link_id, asked_at))`,
  `create unique index link_asks_open on link_asks (sender_id) where answered_at is null`,
  `create index link_asks_by_case on link_asks (case_id)`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
