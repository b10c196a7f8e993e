/** Cases and senders in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { caseMachine } from '#domain/case.ts'
import type { CaseId } from '#domain/id.ts'
import { waitingStates } from '#domain/item.ts'
import type { CaseLedger, CaseRow } from '#ports/case-ledger.ts'
import { type Database, guarded } from './database.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'

const columns = ['id', 'state', 'revision', 'wrapped_key', 'intake_key', 'details', 'created_at'] as const

type Row = {
  id: CaseRow['id']
  state: CaseRow['state']
  revision: number
  wrapped_key: string | null
  intake_key: string | null
  details: Buffer | null
  created_at: Date
}

const toCase = (row: Row): CaseRow => ({
  id: row.id,
  state: row.state,
  revision: row.revision,
  createdAt: row.created_at,
  keys:
    row.wrapped_key === null || row.intake_key === null
      ? null
      : { wrappedKey: row.wrapped_key, intakeKey: row.intake_key },
  details: row.details,
})

const isComplete = async (db: Database | Transaction<Tables>, id: CaseId): Promise<boolean> => {
  const row = await db
    .selectNoFrom([
      sql<boolean>`exists (select from senders where case_id = ${id} and finished_at is not null)`.as('some'),
      sql<boolean>`exists (select from senders where case_id = ${id}
        and started_at is not null and finished_at is null)`.as('working'),
      sql<boolean>`exists (select from items where case_id = ${id}
        and state = any(${[...waitingStates]}))`.as('waiting'),
    ])
    .executeTakeFirstOrThrow()
  return row.some && !row.working && !row.waiting
}

export const createCaseLedger = (db: Database): CaseLedger => ({
  openCase: ({ id, keys, details, at }) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('cases')
          .values({
            id,
            state: 'requested',
            wrapped_key: keys.wrappedKey,
            intake_key: keys.intakeKey,
            details,
            created_at: at,
            changed_at: at,
            content_at: at,
          })
          .execute()
        await trx.insertInto('case_indexes').values({ case_id: id, object: null }).execute()
      }),
    ),

  findCase: (id) =>
    guarded(async () => {
      const row = await db.selectFrom('cases').select(columns).where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toCase(row)
    }),

  listCases: (limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('cases')
        .select(columns)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toCase)
    }),

  countItems: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('items')
        .select(['state', sql<number>`count(*)`.as('items'), sql<string>`sum(size)`.as('bytes')])
        .where('case_id', '=', id)
        .groupBy('state')
        .execute()
      return Object.fromEntries(
        rows.map((row) => [row.state, { items: row.items, bytes: Number(row.bytes) }]),
      )
    }),

  moveCase: (id, to, at) =>
    guarded(async () => {
      const from = caseMachine.into(to)
      if (from.length === 0) return false
      return db.transaction().execute(async (trx) => {
        const moved = await trx
          .updateTable('cases')
          .set({ state: to, withdrawn_by: null, changed_at: at })
          .where('id', '=', id)
          .where('state', 'in', from)
          .executeTakeFirst()
        if (moved.numUpdatedRows === 1n) await noteChange(trx, id)
        return moved.numUpdatedRows === 1n
      })
    }),

  addSender: (row) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('senders')
          .values({ id: row.id, case_id: row.case, role: row.role, details: row.details, created_at: row.at })
          .execute()
        await noteChange(trx, row.case, true)
      }),
    ),

  makeReady: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        // Looked at only once nobody else has the case, or what they did meanwhile would not be seen.
        const held = await trx
          .selectFrom('cases')
          .select('id')
          .where('id', '=', id)
          .where('state', '=', 'collecting')
          .forUpdate()
          .executeTakeFirst()
        if (held === undefined || !(await isComplete(trx, id))) return false
        await trx.updateTable('cases').set({ state: 'ready', changed_at: at }).where('id', '=', id).execute()
        await noteChange(trx, id)
        return true
      }),
    ),

  isComplete: (id) => guarded(() => isComplete(db, id)),
})
