/** Whom there is something to write to: asked, or found by what happened. In PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import type { AuditAction } from '#domain/audit.ts'
import type { FirstReading, LetterLedger, NewLetter } from '#ports/letter-ledger.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

/** Writes owed letters, leaving out what there may be only one of and is; how many. */
export const insertLetters = async (
  db: Database | Transaction<Tables>,
  letters: readonly NewLetter[],
): Promise<number> => {
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

/** What a reader does that is reading of records. */
const readings: readonly AuditAction[] = [
  'bundle.read',
  'item.read',
  'manifest.read',
  'notes.read',
  'case.searched',
  'instances.searched',
  'instances.read',
  'metadata.read',
  'frames.read',
  'bulk.read',
  'picture.read',
]

/** The entry with which a ledger was rebuilt from the store: letters of before are gone, and were sent or not. */
const rebuilt = sql`from audit where case_id is null and action = 'ledger.rebuilt'`

type Asks = Pick<LetterLedger, 'askReceipt' | 'receiptAsks' | 'firstReadings' | 'untoldAsks' | 'answerAsk'>

/** The part of the letter ledger that finds letters. */
export const letterAsks = (db: Database): Asks => ({
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
            select at, seq from audit where case_id = senders.case_id and actor like '%"kind":"grant"}'
              and action = any(${readings}) and at >= senders.finished_at order by seq limit 1) as first
        where 'mail' = any(introductions.ways)
          and not exists (select from letters where sender_id = senders.id and kind = 'opened')
          and first.seq > coalesce((select max(seq) ${rebuilt}), 0)
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
        .where(sql<boolean>`asked_at > coalesce((select max(at) ${rebuilt}), '-infinity')`)
        .where((query) =>
          query.not(
            query.exists(
              query
                .selectFrom('letters')
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
        if (letter !== null) await insertLetters(trx, [letter])
        return true
      }),
    ),
})
