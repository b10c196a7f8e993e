/** Letters in PostgreSQL. */
import { type Selectable, sql, type Transaction } from 'kysely'
import type { AuditAction } from '#domain/audit.ts'
import type { LetterId } from '#domain/id.ts'
import { type LetterEnd, letterMachine, letterPause } from '#domain/letter.ts'
import type { FirstReading, LetterLedger, LetterRow, LetterTurn, NewLetter } from '#ports/letter-ledger.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['letters']>

/** What a reader does that is reading of records. */
const readings: readonly AuditAction[] = [
  'bundle.read',
  'item.read',
  'manifest.read',
  'notes.read',
  'case.searched',
]

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

const insert = async (db: Database | Transaction<Tables>, letters: readonly NewLetter[]): Promise<number> => {
  if (letters.length === 0) return 0
  const written = await db
    .insertInto('letters')
    .values(
      letters.map((letter) => ({
        id: letter.id,
        case_id: letter.case,
        sender_id: letter.sender,
        link_id: letter.link,
        kind: letter.kind,
        language: letter.language,
        state: 'owed' as const,
        sealed: letter.sealed,
        created_at: letter.at,
        due_at: letter.dueAt,
        asked_at: letter.askedAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return written.length
}

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
  oweLetters: (letters) => guarded(() => insert(db, letters)),

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
        .where(({ or, eb }) => or([eb('ended_at', '<', kept), eb('read_at', '<', read)]))
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

  askReceipt: ({ id, sender, at }, { since, most }) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        // Two that ask at once are counted one after the other.
        await trx.selectFrom('senders').select('id').where('id', '=', sender).forNoKeyUpdate().execute()
        const { asks } = await trx
          .selectFrom('receipt_asks')
          .select(sql<number>`count(*)`.as('asks'))
          .where('sender_id', '=', sender)
          .where('asked_at', '>', since)
          .executeTakeFirstOrThrow()
        if (asks >= most) return false
        await trx.insertInto('receipt_asks').values({ id, sender_id: sender, asked_at: at }).execute()
        return true
      }),
    ),

  receiptAsks: (most) =>
    guarded(() =>
      db
        .selectFrom('receipt_asks')
        .innerJoin('senders', 'senders.id', 'receipt_asks.sender_id')
        .select(['receipt_asks.id', 'senders.id as sender', 'senders.case_id as case'])
        .where('answered_at', 'is', null)
        .orderBy('asked_at')
        .limit(most)
        .execute(),
    ),

  firstReadings: (most) =>
    guarded(async () => {
      const { rows } = await sql<FirstReading>`
        select senders.case_id as case, senders.id as sender, first.at
        from introductions
          join senders on senders.id = introductions.sender_id
          join cases on cases.id = senders.case_id and cases.wrapped_key is not null
          cross join lateral (
            select at from audit where case_id = senders.case_id and actor like '%"kind":"grant"}'
              and action = any(${readings}) and at >= senders.finished_at order by seq limit 1) as first
        where 'mail' = any(introductions.ways)
          and not exists (select from letters where sender_id = senders.id and kind = 'opened')
        order by first.at limit ${most}`.execute(db)
      return rows
    }),

  untoldAsks: (most) =>
    guarded(() =>
      db
        .selectFrom('link_asks')
        .innerJoin('cases', 'cases.id', 'link_asks.case_id')
        .select(['link_asks.case_id as case', 'link_asks.sender_id as sender', 'link_id as link'])
        .select('asked_at as askedAt')
        .where('answered_at', 'is', null)
        .where('cases.wrapped_key', 'is not', null)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('letters')
                .select('letters.id')
                .where('letters.kind', '=', 'link-asked')
                .whereRef('letters.link_id', '=', 'link_asks.link_id')
                .whereRef('letters.asked_at', '=', 'link_asks.asked_at'),
            ),
          ),
        )
        .orderBy('asked_at')
        .limit(most)
        .execute(),
    ),

  answerAsk: (id, letter, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const answered = await trx
          .updateTable('receipt_asks')
          .set({ answered_at: at })
          .where('id', '=', id)
          .where('answered_at', 'is', null)
          .executeTakeFirst()
        if (answered.numUpdatedRows !== 1n) return false
        if (letter !== null) await insert(trx, [letter])
        return true
      }),
    ),
})
