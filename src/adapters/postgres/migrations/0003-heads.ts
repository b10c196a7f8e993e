/** First bytes of a pack's items, sealed, while the pack waits for admission. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table pack_heads (
    pack_id uuid primary key references packs on delete cascade,
    sealed_heads bytea not null)`,
  // Ciphertext does not compress: trying costs more than writing it.
  'alter table pack_heads alter column sealed_heads set storage external',
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
