/** An archive that was let through may wait again, and be let through again; what is taken out is so once. */
import { type Kysely, sql } from 'kysely'

const statements = [
  'drop index decisions_done',
  `create unique index decisions_discarded on decisions (item_id) where act = 'discard'`,
]

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
