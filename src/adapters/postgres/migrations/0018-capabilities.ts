/** A grant may be carried by an address instead of a header, for viewers that cannot send one. */
import { type Kysely, sql } from 'kysely'

const statements = ['alter table grants add column capability_hash bytea unique']

export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
