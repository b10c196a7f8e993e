/** Upload links and sender sessions in PostgreSQL. */
import { sql } from 'kysely'
import { mayReceive, mayVisit } from '#domain/case.ts'
import { countedTry } from '#domain/code-tries.ts'
import { isRefusal, refuse } from '#domain/fault.ts'
import { linkMachine, sessionEnd, sessionOver } from '#domain/link.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import { consentStands } from './consent-stands.ts'
import { type Database, guarded } from './database.ts'
import { answerAsks, linkAsks } from './link-asks.ts'
import { letIn, lockLink, toLink, toRow } from './link-row.ts'
import { noteChange } from './note-change.ts'

/** Uses of a session within this of the last one kept are not written again, milliseconds. */
const seenGrain = 1_000

export const createLinkLedger = (db: Database): LinkLedger => ({
  ...linkAsks(db),

  openLink: (link) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        await trx.insertInto('links').values(toRow(link)).execute()
        await noteChange(trx, link.case, true)
      }),
    ),

  findLink: (id, secretHash) =>
    guarded(async () => {
      const row = await db
        .selectFrom('links')
        .innerJoin('cases', 'cases.id', 'links.case_id')
        .innerJoin('senders', 'senders.id', 'links.sender_id')
        .selectAll('links')
        .select(['cases.state as case_state', 'senders.role', 'senders.finished_at'])
        .select(
          sql<boolean>`exists (select from link_asks as asks
            where asks.sender_id = links.sender_id and answered_at is null)`.as('asked'),
        )
        .where('links.id', '=', id)
        .where('links.secret_hash', '=', Buffer.from(secretHash))
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        ...toLink(row),
        codeHash: row.code_hash,
        sealedFacts: row.sealed_facts,
        caseState: row.case_state,
        role: row.role,
        finishedAt: row.finished_at,
        asked: row.asked,
      }
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

  obstacle: (id, at) =>
    guarded(async () => {
      const row = await db.selectFrom('links').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined) return refuse('link.invalid')
      const outcome = await letIn(db, row, at)
      return isRefusal(outcome) ? outcome : null
    }),

  exchange: (id, session) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockLink(trx, id)
        if (row === undefined) return refuse('link.invalid')
        const outcome = await letIn(trx, row, session.at)
        if (isRefusal(outcome)) return outcome
        await trx
          .updateTable('links')
          .set({ uses: outcome.counts ? sql`uses + 1` : sql`uses`, tries: 0, locked_until: null })
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
          intakeKey: outcome.intakeKey,
          receives: outcome.receives,
          consented: outcome.consented,
          endsAt: sessionEnd(session.at),
        }
      }),
    ),

  countTry: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await lockLink(trx, id)
        const counted =
          row === undefined ? null : countedTry({ tries: row.tries, lockedUntil: row.locked_until }, at)
        if (counted === null) return null
        await trx
          .updateTable('links')
          .set({ tries: counted.tries, locked_until: counted.lockedUntil })
          .where('id', '=', id)
          .execute()
        return counted.left
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
      if (at > sessionOver(row.created_at, row.seen_at)) return refuse('session.ended')
      if (at.getTime() - row.seen_at.getTime() >= seenGrain)
        await db.updateTable('sessions').set({ seen_at: at }).where('id', '=', row.id).execute()
      return {
        id: row.id,
        link: row.link_id,
        sender: row.sender_id,
        case: row.case_id,
        intakeKey: row.intake_key,
        receives: mayReceive(row.case_state),
        consented: row.consented,
        endsAt: sessionEnd(row.created_at),
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
        if (moved === undefined) return false
        await answerAsks(trx, id, at)
        await noteChange(trx, moved.case_id, true)
        return true
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
        if (!mayVisit(owner.state)) return refuse('case.closed')
        await trx
          .updateTable('links')
          .set({ state: 'replaced', ended_at: next.at })
          .where('id', '=', old)
          .execute()
        await trx
          .insertInto('links')
          .values(toRow({ ...next, case: row.case_id, sender: row.sender_id }))
          .execute()
        await answerAsks(trx, old, next.at)
        await noteChange(trx, row.case_id, true)
        return { case: row.case_id, sender: row.sender_id }
      }),
    ),
})
