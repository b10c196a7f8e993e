/** Pushes: cases and studies that go to a PACS of somebody else's. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table pushes (
    id uuid primary key,
    case_id uuid not null references cases,
    target text not null,
    study_uid text,
    state text not null,
    sent integer not null default 0,
    failed integer not null default 0,
    code text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    ended_at timestamptz)`,
  `create index pushes_by_case on pushes (case_id)`,
  // One of a kind is under way; the second who asks for it gets the first.
  `create unique index pushes_under_way on pushes (case_id, target, coalesce(study_uid, '')) where ended_at is null`,
  `create index pushes_owed on pushes (changed_at) where ended_at is null`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
