/** Readers of cases, their links and sessions in PostgreSQL. */
import { type Selectable, type Transaction } from 'kysely'
import { mayRead } from '#domain/case.ts'
import { countedTry } from '#domain/code-tries.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { ReaderId } from '#domain/id.ts'
import { type InvitedReader, readerMachine, readingEnd, readingOver } from '#domain/reader.ts'
import type { Invitation, ReaderLedger, ReadingSession } from '#ports/reader-ledger.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['readers']>
type Trx = Transaction<Tables>

/** Uses of a session within this of the last one kept are not written again, milliseconds. */
const seenGrain = 1_000

const toReader = (row: Row): InvitedReader => ({
  id: row.id,
  case: row.case_id,
  state: row.state,
  expiresAt: row.expires_at,
  lockedUntil: row.locked_until,
  invitedAt: row.invited_at,
  enteredAt: row.entered_at,
})

const toSession = (row: Pick<Row, 'id' | 'case_id'>, begunAt: Date): ReadingSession => ({
  reader: row.id,
  case: row.case_id,
  endsAt: readingEnd(begunAt),
})

/** Why this link lets nobody in now; null when it does. */
const obstacle = (row: Row, at: Date): Refusal | null => {
  if (row.state === 'ended') return refuse('reader.ended')
  if (row.state === 'reading') return refuse('link.used-up')
  return row.expires_at <= at ? refuse('link.expired') : null
}

const lockReader = (trx: Trx, id: ReaderId): Promise<Row | undefined> =>
  trx.selectFrom('readers').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

const endGrants = async (trx: Trx, id: ReaderId, at: Date): Promise<void> => {
  await trx
    .updateTable('grants')
    .set({ revoked_at: at })
    .where('reader_id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
}

const invitationColumns = ({ secretHash, codeHash, expiresAt, at }: Invitation) => ({
  state: 'invited' as const,
  secret_hash: secretHash,
  code_hash: codeHash,
  expires_at: expiresAt,
  invited_at: at,
})

const noSession = { token_hash: null, entered_at: null, seen_at: null }

export const createReaderLedger = (db: Database): ReaderLedger => ({
  invite: ({ id, case: of, details, by, ...invitation }) =>
    guarded(async () => {
      await db
        .insertInto('readers')
        .values({ id, case_id: of, details, invited_by: by, ...invitationColumns(invitation) })
        .execute()
    }),

  findReader: (id, secretHash) =>
    guarded(async () => {
      const row = await db
        .selectFrom('readers')
        .innerJoin('cases', 'cases.id', 'readers.case_id')
        .selectAll('readers')
        .select('cases.state as case_state')
        .where('readers.id', '=', id)
        .where('readers.secret_hash', '=', Buffer.from(secretHash))
        .executeTakeFirst()
      return row === undefined
        ? null
        : { ...toReader(row), codeHash: row.code_hash, caseState: row.case_state }
    }),

  readerById: (id) =>
    guarded(async () => {
      const row = await db.selectFrom('readers').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toReader(row)
    }),

  readersOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('readers')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('invited_at')
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...toReader(row), details: row.details }))
    }),

  countTry: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockReader(trx, id)
        const counted =
          row === undefined ? null : countedTry({ tries: row.tries, lockedUntil: row.locked_until }, at)
        if (counted === null) return null
        await trx
          .updateTable('readers')
          .set({ tries: counted.tries, locked_until: counted.lockedUntil })
          .where('id', '=', id)
          .execute()
        return counted.left
      }),
    ),

  enter: ({ id, secretHash }, { tokenHash, at }) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockReader(trx, id)
        if (row === undefined || !row.secret_hash.equals(secretHash)) return refuse('link.invalid')
        const refused = obstacle(row, at)
        if (refused !== null) return refused
        const { state } = await trx
          .selectFrom('cases')
          .select('state')
          .where('id', '=', row.case_id)
          .executeTakeFirstOrThrow()
        if (!mayRead(state)) return refuse('case.closed')
        await trx
          .updateTable('readers')
          .set({
            state: 'reading',
            token_hash: tokenHash,
            entered_at: at,
            seen_at: at,
            tries: 0,
            locked_until: null,
          })
          .where('id', '=', id)
          .where('state', 'in', readerMachine.into('reading'))
          .execute()
        return toSession(row, at)
      }),
    ),

  session: (tokenHash, at) =>
    guarded(async () => {
      const row = await db
        .selectFrom('readers')
        .innerJoin('cases', 'cases.id', 'readers.case_id')
        .select(['readers.id', 'readers.case_id', 'readers.state', 'entered_at', 'seen_at'])
        .select('cases.state as case_state')
        .where('token_hash', '=', Buffer.from(tokenHash))
        .executeTakeFirst()
      if (row === undefined || row.entered_at === null || row.seen_at === null) return refuse('session.ended')
      if (row.state === 'ended') return refuse('reader.ended')
      if (!mayRead(row.case_state)) return refuse('case.closed')
      if (at > readingOver(row.entered_at, row.seen_at)) return refuse('session.ended')
      if (at.getTime() - row.seen_at.getTime() >= seenGrain)
        await db.updateTable('readers').set({ seen_at: at }).where('id', '=', row.id).execute()
      return toSession(row, row.entered_at)
    }),

  inviteAgain: (id, invitation) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockReader(trx, id)
        if (row === undefined || row.state === 'ended') return false
        await trx
          .updateTable('readers')
          .set({ ...invitationColumns(invitation), ...noSession, tries: 0, locked_until: null })
          .where('id', '=', id)
          .execute()
        await endGrants(trx, id, invitation.at)
        return true
      }),
    ),

  leave: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const left = await trx
          .updateTable('readers')
          .set({ token_hash: null, seen_at: null })
          .where('id', '=', id)
          .where('token_hash', 'is not', null)
          .executeTakeFirst()
        await endGrants(trx, id, at)
        return left.numUpdatedRows === 1n
      }),
    ),

  end: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const ended = await trx
          .updateTable('readers')
          .set({ state: 'ended', ended_at: at })
          .where('id', '=', id)
          .where('state', 'in', readerMachine.into('ended'))
          .executeTakeFirst()
        await endGrants(trx, id, at)
        return ended.numUpdatedRows === 1n
      }),
    ),
})
