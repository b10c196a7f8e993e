/** Upload links and sender sessions in PostgreSQL. */
import { type Selectable, sql, type Transaction } from 'kysely'
import { mayReceive, mayVisit } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { LinkId } from '#domain/id.ts'
import { linkMachine, lockout, senderSession, sessionEnd, type UploadLink } from '#domain/link.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import { consentStands } from './consent-stands.ts'
import { type Database, guarded } from './database.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['links']>

const minutes = 60_000

/** Uses of a session within this of the last one kept are not written again, milliseconds. */
const seenGrain = 1_000

const toLink = (row: Row): UploadLink => ({
  id: row.id,
  case: row.case_id,
  sender: row.sender_id,
  state: row.state,
  expiresAt: row.expires_at,
  maxUses: row.max_uses,
  uses: row.uses,
  needsCode: row.code_hash !== null,
  lockedUntil: row.locked_until,
})

/** Why this link may not be exchanged now; null when it may. */
const obstacle = (row: Row, at: Date): Refusal | null => {
  if (row.state !== 'open') return refuse('link.revoked')
  if (row.expires_at <= at) return refuse('link.expired')
  if (row.max_uses !== null && row.uses >= row.max_uses) return refuse('link.used-up')
  return null
}

const lockLink = (trx: Transaction<Tables>, id: LinkId): Promise<Row | undefined> =>
  trx.selectFrom('links').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export const createLinkLedger = (db: Database): LinkLedger => ({
  openLink: (link) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('links')
          .values({
            id: link.id,
            case_id: link.case,
            sender_id: link.sender,
            state: 'open',
            secret_hash: link.secretHash,
            code_hash: link.codeHash,
            expires_at: link.expiresAt,
            max_uses: link.maxUses,
            created_at: link.at,
          })
          .execute()
        await noteChange(trx, link.case, true)
      }),
    ),

  findLink: (id, secretHash) =>
    guarded(async () => {
      const row = await db
        .selectFrom('links')
        .innerJoin('cases', 'cases.id', 'links.case_id')
        .selectAll('links')
        .select('cases.state as case_state')
        .where('links.id', '=', id)
        .where('links.secret_hash', '=', Buffer.from(secretHash))
        .executeTakeFirst()
      return row === undefined ? null : { ...toLink(row), codeHash: row.code_hash, caseState: row.case_state }
    }),

  linkById: (id) =>
    guarded(async () => {
      const row = await db.selectFrom('links').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toLink(row)
    }),

  linksOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('links')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('created_at')
        .execute()
      return rows.map(toLink)
    }),

  exchange: (id, session) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockLink(trx, id)
        if (row === undefined) return refuse('link.invalid')
        const refused = obstacle(row, session.at)
        if (refused !== null) return refused
        const owner = await trx
          .selectFrom('cases')
          .select(['state', 'intake_key', consentStands(row.sender_id)])
          .where('id', '=', row.case_id)
          .executeTakeFirstOrThrow()
        if (!mayVisit(owner.state) || owner.intake_key === null) return refuse('case.closed')
        await trx
          .updateTable('links')
          .set({ uses: sql`uses + 1`, tries: 0, locked_until: null })
          .where('id', '=', id)
          .execute()
        await trx
          .updateTable('senders')
          .set({ started_at: sql`coalesce(started_at, ${session.at})` })
          .where('id', '=', row.sender_id)
          .execute()
        await trx
          .insertInto('sessions')
          .values({
            id: session.id,
            token_hash: session.tokenHash,
            link_id: id,
            sender_id: row.sender_id,
            case_id: row.case_id,
            created_at: session.at,
            seen_at: session.at,
          })
          .execute()
        await noteChange(trx, row.case_id, row.max_uses !== null)
        return {
          id: session.id,
          link: id,
          sender: row.sender_id,
          case: row.case_id,
          intakeKey: owner.intake_key,
          receives: mayReceive(owner.state),
          consented: owner.consented,
          endsAt: sessionEnd(session.at),
        }
      }),
    ),

  countTry: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockLink(trx, id)
        if (row === undefined || (row.locked_until !== null && row.locked_until > at)) return null
        const left = lockout.tries - row.tries - 1
        await trx
          .updateTable('links')
          .set({
            tries: left > 0 ? row.tries + 1 : 0,
            locked_until: left > 0 ? null : new Date(at.getTime() + lockout.minutes * minutes),
          })
          .where('id', '=', id)
          .execute()
        return left
      }),
    ),

  session: (tokenHash, at) =>
    guarded(async () => {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('links', 'links.id', 'sessions.link_id')
        .innerJoin('cases', 'cases.id', 'sessions.case_id')
        .select([
          'sessions.id',
          'sessions.link_id',
          'sessions.sender_id',
          'sessions.case_id',
          'sessions.created_at',
          'sessions.seen_at',
          'links.state as link_state',
          'cases.state as case_state',
          'cases.intake_key',
          consentStands(sql.ref('sessions.sender_id')),
        ])
        .where('sessions.token_hash', '=', Buffer.from(tokenHash))
        .executeTakeFirst()
      if (row === undefined) return refuse('session.ended')
      if (row.link_state === 'revoked') return refuse('link.revoked')
      if (!mayVisit(row.case_state) || row.intake_key === null) return refuse('case.closed')
      const quiet = at.getTime() - row.seen_at.getTime()
      const endsAt = sessionEnd(row.created_at)
      if (quiet > senderSession.idleMinutes * minutes || at > endsAt) return refuse('session.ended')
      if (quiet >= seenGrain)
        await db.updateTable('sessions').set({ seen_at: at }).where('id', '=', row.id).execute()
      return {
        id: row.id,
        link: row.link_id,
        sender: row.sender_id,
        case: row.case_id,
        intakeKey: row.intake_key,
        receives: mayReceive(row.case_state),
        consented: row.consented,
        endsAt,
      }
    }),

  revokeLink: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .updateTable('links')
          .set({ state: 'revoked', ended_at: at })
          .where('id', '=', id)
          .where('state', 'in', linkMachine.into('revoked'))
          .returning('case_id')
          .executeTakeFirst()
        if (moved !== undefined) await noteChange(trx, moved.case_id, true)
        return moved !== undefined
      }),
    ),

  renewLink: (old, next) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockLink(trx, old)
        if (row === undefined) return refuse('link.not-found')
        if (row.state !== 'open') return refuse('link.revoked')
        const owner = await trx
          .selectFrom('cases')
          .select('state')
          .where('id', '=', row.case_id)
          .executeTakeFirstOrThrow()
        if (!mayReceive(owner.state)) return refuse('case.closed')
        await trx
          .updateTable('links')
          .set({ state: 'replaced', ended_at: next.at })
          .where('id', '=', old)
          .execute()
        await trx
          .insertInto('links')
          .values({
            id: next.id,
            case_id: row.case_id,
            sender_id: row.sender_id,
            state: 'open',
            secret_hash: next.secretHash,
            code_hash: next.codeHash,
            expires_at: next.expiresAt,
            max_uses: next.maxUses,
            created_at: next.at,
          })
          .execute()
        await noteChange(trx, row.case_id, true)
        return { case: row.case_id, sender: row.sender_id }
      }),
    ),
})
