/** A copy as its row has it. */
import { type Selectable, sql } from 'kysely'
import type { LeftOut } from '#domain/copy.ts'
import type { CaseId } from '#domain/id.ts'
import type { CopyRow } from '#ports/copy-ledger.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['copies']> & { readonly files: number; readonly bytes: string | number | null }

/** As the port has it. */
export const toCopy = (row: Row): CopyRow => ({
  id: row.id,
  case: row.case_id,
  options: { dates: row.dates, characteristics: row.characteristics, burnedIn: row.burned_in },
  state: row.state,
  attempts: row.attempts,
  revision: row.revision,
  askedAt: row.asked_at,
  endedAt: row.ended_at,
  sums:
    row.state === 'ready'
      ? {
          files: row.files,
          bytes: Number(row.bytes ?? 0),
          mayShowText: row.may_show_text,
          leftOut: JSON.parse(row.left_out) as readonly LeftOut[],
        }
      : null,
})

/** Copies of a case, each with how many files it has and their bytes. */
export const selectCopies = (db: Database, of: CaseId) =>
  db
    .selectFrom('copies')
    .selectAll()
    .select([
      sql<number>`(select count(*) from copy_items where copy_id = copies.id)`.as('files'),
      sql<string | number | null>`(select sum(size) from copy_items where copy_id = copies.id)`.as('bytes'),
    ])
    .where('case_id', '=', of)
