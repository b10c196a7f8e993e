/** Counts a change of a case, so that its sealed index is owed a fresh one. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { CaseId } from '#domain/id.ts'
import type { Tables } from './tables.ts'

/** The statement of `noteChange`. */
export const countChange = (id: CaseId, urgent = false): RawBuilder<unknown> =>
  sql`update case_indexes set changed = changed + 1${urgent ? sql`, urgent = changed + 1` : sql``} where case_id = ${id}`

/**
 * Best the last statement of its transaction: the count's row is shared by all who change the case. `urgent`: a
 * person decided something (who may send, what may be read), and it must not be forgotten; anything else can wait a
 * minute for its like.
 */
export const noteChange = async (db: Kysely<Tables>, id: CaseId, urgent = false): Promise<void> => {
  await countChange(id, urgent).execute(db)
}
