/** Files that are changed on their way out: few, so they stand beside the items. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table served_copies (
    item_id uuid primary key references items on delete cascade,
    patches text not null,
    sha256 bytea not null,
    crc32 bigint not null)`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
