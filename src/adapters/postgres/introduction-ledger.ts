/** Introductions and consents in PostgreSQL. The case's row is locked first, so that giving and taking back take turns. */
import { type Selectable, sql, type Transaction } from 'kysely'
import { type CaseState, caseMachine, mayVisit } from '#domain/case.ts'
import type { Consent } from '#domain/consent.ts'
import { refuse } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import type { IntroductionLedger, IntroductionRow } from '#ports/introduction-ledger.ts'
import { type Database, guarded } from './database.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

const toIntroduction = (row: Selectable<Tables['introductions']>): IntroductionRow => ({
  sender: row.sender_id,
  case: row.case_id,
  at: row.at,
  role: row.role,
  language: row.language,
  ways: row.ways,
  lockedKey: row.locked_key,
  sealed: row.sealed_words,
})

const toConsent = (row: Selectable<Tables['consents']>): Consent => ({
  version: row.version,
  kind: row.kind,
  language: row.language,
  givenAt: row.given_at,
  withdrawnAt: row.withdrawn_at,
})

/** The case as it is and stays until the transaction ends; null when nobody may come to it any more. */
const lockCase = async (trx: Trx, id: CaseId) => {
  const row = await trx
    .selectFrom('cases')
    .select(['state', 'withdrawn_by', 'intake_key'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return row === undefined || row.intake_key === null || !mayVisit(row.state) ? null : row
}

const moveCase = async (trx: Trx, id: CaseId, to: CaseState, by: SenderId | null, at: Date) => {
  const moved = await trx
    .updateTable('cases')
    .set({ state: to, withdrawn_by: by, changed_at: at })
    .where('id', '=', id)
    .where('state', 'in', caseMachine.into(to))
    .executeTakeFirst()
  return moved.numUpdatedRows === 1n
}

/** True while a sender of the case has withdrawn and not agreed again. */
const isWithdrawn = async (trx: Trx, id: CaseId): Promise<boolean> => {
  const row = await trx
    .selectFrom('consents')
    .select('sender_id')
    .where('case_id', '=', id)
    .groupBy('sender_id')
    .having(sql<boolean>`bool_and(withdrawn_at is not null)`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** By sender: the consent that stands, else the last that was given. */
const readConsents = async (
  db: Database,
  of: { readonly case: CaseId } | { readonly sender: SenderId },
): Promise<ReadonlyMap<SenderId, Consent>> => {
  const rows = await db
    .selectFrom('consents')
    .selectAll()
    .distinctOn('sender_id')
    .where((query) => ('case' in of ? query('case_id', '=', of.case) : query('sender_id', '=', of.sender)))
    .orderBy('sender_id')
    .orderBy(sql`withdrawn_at is null`, 'desc')
    .orderBy('given_at', 'desc')
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.sender_id, toConsent(row)]))
}

/**
 * One probe of `audit_by_grant` for each grant, and one line for all that a reader minted. It is asked of the audit,
 * which comes back with a ledger that was lost; grants do not, and then each is a line of its own.
 */
const readOpened = async (db: Database, id: CaseId): Promise<readonly Date[]> => {
  const { rows } = await sql<{ at: Date }>`
    with recursive used as (
      (select actor, seq, at from audit where case_id = ${id} and actor like '%"kind":"grant"}'
        order by actor, seq limit 1)
      union all
      select next.actor, next.seq, next.at from used, lateral (
        select actor, seq, at from audit where case_id = ${id} and actor like '%"kind":"grant"}'
          and actor > used.actor order by actor, seq limit 1) next)
    select min(used.at) as at from used left join grants on grants.id = (used.actor::json ->> 'id')::uuid
    group by coalesce(grants.reader_id::text, used.actor) order by 1`.execute(db)
  return rows.map((row) => row.at)
}

export const createIntroductionLedger = (db: Database): IntroductionLedger => ({
  introduce: (introduction, consent) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const { sender, at, role, language, ways, lockedKey, sealed } = introduction
        const owner = await lockCase(trx, introduction.case)
        if (owner === null) return refuse('case.closed')
        const row = { at, role, language, ways: [...ways], locked_key: lockedKey, sealed_words: sealed }
        await trx
          .insertInto('introductions')
          .values({ sender_id: sender, case_id: introduction.case, ...row })
          .onConflict((same) => same.column('sender_id').doUpdateSet(row).where('introductions.at', '<=', at))
          .execute()
        await trx
          .insertInto('consents')
          .values({
            id: consent.id,
            sender_id: sender,
            case_id: introduction.case,
            version: consent.version,
            kind: consent.kind,
            language: consent.language,
            text_hash: consent.textSha256,
            given_at: at,
            withdrawn_at: null,
          })
          .execute()
        const comesBack =
          owner.state === 'withdrawn' &&
          owner.withdrawn_by !== null &&
          !(await isWithdrawn(trx, introduction.case))
        const reopened = comesBack && (await moveCase(trx, introduction.case, 'collecting', null, at))
        await noteChange(trx, introduction.case, true)
        return { reopened }
      }),
    ),

  withdraw: (sender, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const found = await trx
          .selectFrom('senders')
          .select('case_id')
          .where('id', '=', sender)
          .executeTakeFirst()
        if (found === undefined) return refuse('consent.none')
        if ((await lockCase(trx, found.case_id)) === null) return refuse('case.closed')
        const last = (await readConsents(trx, { sender })).get(sender)
        if (last === undefined) return refuse('consent.none')
        if (last.withdrawnAt !== null) return null
        await trx
          .updateTable('consents')
          .set({ withdrawn_at: at })
          .where('sender_id', '=', sender)
          .where('withdrawn_at', 'is', null)
          .execute()
        await moveCase(trx, found.case_id, 'withdrawn', sender, at)
        await noteChange(trx, found.case_id, true)
        return { ...last, withdrawnAt: at }
      }),
    ),

  introductionOf: (sender) =>
    guarded(async () => {
      const row = await db
        .selectFrom('introductions')
        .selectAll()
        .where('sender_id', '=', sender)
        .executeTakeFirst()
      return row === undefined ? null : toIntroduction(row)
    }),

  standingOf: (sender) =>
    guarded(() =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) => {
          const row = await trx
            .selectFrom('senders')
            .innerJoin('cases', 'cases.id', 'senders.case_id')
            .select(['cases.id', 'cases.state', 'finished_at'])
            .where('senders.id', '=', sender)
            .executeTakeFirst()
          if (row === undefined) return null
          const introduction = await trx
            .selectFrom('introductions')
            .selectAll()
            .where('sender_id', '=', sender)
            .executeTakeFirst()
          return {
            caseState: row.state,
            finishedAt: row.finished_at,
            introduction: introduction === undefined ? null : toIntroduction(introduction),
            consent: (await readConsents(trx, { sender })).get(sender) ?? null,
            opened: await readOpened(trx, row.id),
          }
        }),
    ),

  sendersOf: (id) =>
    guarded(() =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (trx) => {
          const senders = await trx
            .selectFrom('senders')
            .selectAll()
            .where('case_id', '=', id)
            .orderBy('created_at')
            .orderBy('id')
            .execute()
          const said = await trx.selectFrom('introductions').selectAll().where('case_id', '=', id).execute()
          const introductions = new Map(said.map((row) => [row.sender_id, toIntroduction(row)]))
          const consents = await readConsents(trx, { case: id })
          return senders.map((row) => ({
            id: row.id,
            role: row.role,
            details: row.details,
            startedAt: row.started_at,
            finishedAt: row.finished_at,
            introduction: introductions.get(row.id) ?? null,
            consent: consents.get(row.id) ?? null,
          }))
        }),
    ),
})
