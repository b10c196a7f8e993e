/**
 * De-identified copies and the heads of their files. Heads, facts and the key of a copy are sealed; that a file of a
 * copy comes from which item is known here alone.
 */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table copies (
    id uuid primary key,
    case_id uuid not null references cases,
    state text not null,
    dates text not null,
    characteristics boolean not null,
    burned_in text not null,
    sealed bytea not null,
    attempts integer not null default 0,
    asked_at timestamptz not null,
    due_at timestamptz not null,
    ended_at timestamptz,
    revision integer,
    may_show_text integer not null default 0,
    left_out text not null default '[]')`,
  `create index copies_owed on copies (due_at) where state in ('asked', 'making')`,
  `create index copies_by_case on copies (case_id)`,
  `create table copy_items (
    copy_id uuid not null references copies,
    id uuid not null,
    item_id uuid not null references items,
    size bigint not null,
    sha256 bytea not null,
    crc32 bigint not null,
    head_length integer not null,
    follows_from bigint not null,
    sealed_facts bytea not null,
    sealed_head bytea not null,
    primary key (copy_id, id),
    unique (copy_id, item_id))`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
