/** What the holder of a link asks for: a new one from the desk, and whose the files on a machine are. In PostgreSQL. */
import { type Kysely, sql } from 'kysely'
import { receivingStates } from '#domain/case.ts'
import type { LinkId } from '#domain/id.ts'
import { mostAsksADay, mostQuestions } from '#domain/link.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import { type Database, guarded } from './database.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'

const dayMs = 86_400_000

/** Whoever waited on this link waits no longer. */
export const answerAsks = async (trx: Kysely<Tables>, id: LinkId, at: Date): Promise<void> => {
  await trx
    .updateTable('link_asks')
    .set({ answered_at: at })
    .where('link_id', '=', id)
    .where('answered_at', 'is', null)
    .execute()
}

/** The part of the link ledger that is about asking. */
export const linkAsks = (db: Database): Pick<LinkLedger, 'askForLink' | 'openAsks' | 'countQuestions'> => ({
  askForLink: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        // The link that can be renewed is this one, or what came in its place; locked, so that asks take turns.
        const link = await trx
          .selectFrom('links as asking')
          .innerJoin('links', 'links.sender_id', 'asking.sender_id')
          .innerJoin('cases', 'cases.id', 'links.case_id')
          .select(['links.id', 'links.case_id', 'links.sender_id'])
          .where('asking.id', '=', id)
          .where('asking.state', '<>', 'revoked')
          .where('links.state', '=', 'open')
          .where('cases.state', 'in', receivingStates)
          .where('cases.intake_key', 'is not', null)
          .forUpdate('links')
          .executeTakeFirst()
        if (link === undefined) return false
        const asked = await trx
          .selectFrom('link_asks')
          .select([
            sql<number>`count(*) filter (where asked_at > ${new Date(at.getTime() - dayMs)})`.as('today'),
            sql<boolean>`coalesce(bool_or(answered_at is null), false)`.as('waits'),
          ])
          .where('case_id', '=', link.case_id)
          .where('sender_id', '=', link.sender_id)
          .executeTakeFirstOrThrow()
        if (asked.waits || asked.today >= mostAsksADay) return false
        await trx
          .insertInto('link_asks')
          .values({ link_id: link.id, asked_at: at, case_id: link.case_id, sender_id: link.sender_id })
          .execute()
        await noteChange(trx, link.case_id)
        return true
      }),
    ),

  openAsks: (limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('link_asks')
        .innerJoin('cases', 'cases.id', 'link_asks.case_id')
        .selectAll('link_asks')
        .where('answered_at', 'is', null)
        .where('cases.state', 'in', receivingStates)
        .orderBy('asked_at')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        link: row.link_id,
        case: row.case_id,
        sender: row.sender_id,
        askedAt: row.asked_at,
      }))
    }),

  countQuestions: (id, count) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const counted = await trx
          .updateTable('links')
          .set({ questions: sql`questions + ${count}` })
          .where('id', '=', id)
          .where('questions', '<=', mostQuestions - count)
          .returning('case_id')
          .executeTakeFirst()
        if (counted !== undefined) await noteChange(trx, counted.case_id)
        return counted !== undefined
      }),
    ),
})
