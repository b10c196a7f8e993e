/** Letters in PostgreSQL. */
import { type Selectable, sql } from 'kysely'
import type { LetterId } from '#domain/id.ts'
import { type LetterEnd, letterMachine, letterPause } from '#domain/letter.ts'
import type { LetterLedger, LetterRow, LetterTurn } from '#ports/letter-ledger.ts'
import { type Database, guarded } from './database.ts'
import { insertLetters, letterAsks } from './letter-asks.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['letters']>

const toLetter = (row: Row): LetterRow => ({
  id: row.id,
  case: row.case_id,
  sender: row.sender_id,
  link: row.link_id,
  kind: row.kind,
  language: row.language,
  state: row.state,
  attempts: row.attempts,
  createdAt: row.created_at,
  endedAt: row.ended_at,
  readAt: row.read_at,
  hasWords: row.state === 'kept' && row.sealed !== null,
})

const toTurn = (row: Row | undefined): LetterTurn | null =>
  row === undefined || row.sealed === null ? null : { ...toLetter(row), sealed: row.sealed }

const move = async (
  db: Database,
  id: LetterId,
  to: LetterEnd,
  sealed: Uint8Array | null,
  at: Date,
): Promise<boolean> => {
  const moved = await db
    .updateTable('letters')
    .set({ state: to, ended_at: at, sealed })
    .where('id', '=', id)
    .where('state', 'in', letterMachine.into(to))
    .executeTakeFirst()
  return moved.numUpdatedRows === 1n
}

export const createLetterLedger = (db: Database): LetterLedger => ({
  oweLetters: (letters) => guarded(() => insertLetters(db, letters)),

  owedLetters: (at, most) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('letters')
        .select('id')
        .where('state', '=', 'owed')
        .where('due_at', '<=', at)
        .orderBy('due_at')
        .limit(most)
        .execute()
      return rows.map(({ id }) => id)
    }),

  takeTry: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('letters')
          .selectAll()
          .where('id', '=', id)
          .where('state', '=', 'owed')
          .where('due_at', '<=', at)
          .forUpdate()
          .executeTakeFirst()
        if (row === undefined) return null
        const attempts = row.attempts + 1
        await trx
          .updateTable('letters')
          .set({ attempts, due_at: new Date(at.getTime() + letterPause(attempts)) })
          .where('id', '=', id)
          .execute()
        return toTurn({ ...row, attempts })
      }),
    ),

  endLetter: (id, to, at) => guarded(() => move(db, id, to, null, at)),

  keepLetter: (id, sealed, at) => guarded(() => move(db, id, 'kept', sealed, at)),

  letterById: (id) =>
    guarded(async () => {
      const row = await db.selectFrom('letters').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toLetter(row)
    }),

  lettersOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('letters')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('created_at')
        .orderBy('due_at')
        .orderBy('id')
        .execute()
      return rows.map(toLetter)
    }),

  readKept: (id, at) =>
    guarded(async () =>
      toTurn(
        await db
          .updateTable('letters')
          .set({ read_at: sql`coalesce(read_at, ${at})` })
          .where('id', '=', id)
          .where('state', '=', 'kept')
          .where('sealed', 'is not', null)
          .returningAll()
          .executeTakeFirst(),
      ),
    ),

  dropKept: (id) =>
    guarded(async () => {
      const dropped = await db
        .updateTable('letters')
        .set({ sealed: null })
        .where('id', '=', id)
        .where('state', '=', 'kept')
        .where('sealed', 'is not', null)
        .executeTakeFirst()
      return dropped.numUpdatedRows === 1n
    }),

  wipeKept: ({ kept, read }) =>
    guarded(async () => {
      const wiped = await db
        .updateTable('letters')
        .set({ sealed: null })
        .where('state', '=', 'kept')
        .where('sealed', 'is not', null)
        .where((query) => query.or([query('ended_at', '<', kept), query('read_at', '<', read)]))
        .executeTakeFirst()
      return Number(wiped.numUpdatedRows)
    }),

  linkSentAt: (link) =>
    guarded(async () => {
      const row = await db
        .selectFrom('letters')
        .select('ended_at')
        .where('link_id', '=', link)
        .where('kind', 'in', ['link', 'renewed-link'])
        .where('state', '=', 'sent')
        .orderBy('ended_at')
        .executeTakeFirst()
      return row?.ended_at ?? null
    }),

  senderNews: (sender) =>
    guarded(async () => {
      const row = await db
        .selectFrom('senders')
        .select('finished_at')
        .select(
          sql<number>`(select count(*) from items where sender_id = ${sender}
            and (state <> 'receiving' or have <> '{}'))`.as('arrived'),
        )
        .where('id', '=', sender)
        .executeTakeFirst()
      const receipt = await db
        .selectFrom('receipts')
        .select(['statement', 'at'])
        .where('sender_id', '=', sender)
        .orderBy('at', 'desc')
        .executeTakeFirst()
      return {
        arrived: row?.arrived ?? 0,
        finishedAt: row?.finished_at ?? null,
        receipt: receipt ?? null,
      }
    }),

  ...letterAsks(db),
})
