/**
 * When a case's content changed, apart from when its state moved: a bundle carries this time, and may not become
 * other bytes because the desk passed the case on.
 */
import { type Kysely, sql } from 'kysely'

export const up = async (db: Kysely<unknown>): Promise<void> => {
  await sql`alter table cases add column content_at timestamptz`.execute(db)
  await sql`update cases set content_at = changed_at`.execute(db)
  await sql`alter table cases alter column content_at set not null`.execute(db)
}
