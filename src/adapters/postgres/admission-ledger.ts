/** Packs, verdicts and the index in PostgreSQL. */
import { type RawBuilder, sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { deadStates, decidedState, type ItemState, itemMachine, waitingStates } from '#domain/item.ts'
import { packMachine } from '#domain/pack.ts'
import type { AdmissionLedger, ArrivedPack, ItemDecision } from '#ports/admission-ledger.ts'
import { countTry, findItems, toItems } from './arrived-pack.ts'
import { findTwins, toTwins, writeDecisions } from './case-index.ts'
import { type Database, guarded } from './database.ts'
import { countChange, noteChange } from './note-change.ts'
import { sendTogether, transact } from './round-trips.ts'

const admissible = [...packMachine.into('admitted')]

/**
 * The case and the pack, where it may be admitted. Admissions take turns; what senders bring meanwhile only refers to the
 * case and need not wait.
 */
const lockPack = ({ id, case: of }: ArrivedPack): RawBuilder<{ wrapped_key: string | null }> => sql`
    select cases.wrapped_key from cases join packs on packs.case_id = cases.id
    where cases.id = ${of} and packs.id = ${id} and packs.state = any(${admissible}::text[])
    for no key update`

/**
 * Locked in the order intake does, so that the same files sent again meanwhile cannot deadlock with this. Their state is
 * not asked for: they would be looked up in an index of all items that wait anywhere.
 */
const lockItems = (decisions: readonly ItemDecision[]): RawBuilder<{ id: ItemId; state: ItemState }> => sql`
    select id, state from items where id = any(${decisions.map((decision) => decision.item)}::uuid[])
    order by id for no key update`

const admitPack = ({ id }: ArrivedPack, at: Date): readonly RawBuilder<unknown>[] => [
  sql`update packs set state = 'admitted', admitted_at = ${at} where id = ${id} and state = any(${admissible}::text[])`,
  sql`delete from pack_heads where pack_id = ${id}`,
]

/** Moves items that are locked and wait. */
const moveItems = (decided: readonly ItemDecision[], at: Date): RawBuilder<unknown> => {
  const states = decided.map(decidedState)
  for (const state of states) if (!itemMachine.may('received', state)) throw new Fault('state.conflict')
  const ids = decided.map((decision) => decision.item)
  return sql`
    update items set state = t.state, kind = t.kind, sha256 = t.sha256, crc32 = t.crc32,
      codes = string_to_array(t.codes, ' '),
      sealed_facts = t.facts, decided_at = ${at}
    from unnest(${ids}::uuid[], ${states}::text[],
      ${decided.map((d) => d.kind)}::text[], ${decided.map((d) => d.codes.join(' '))}::text[],
      ${decided.map((d) => Buffer.from(d.sha256))}::bytea[], ${decided.map((d) => d.crc32)}::bigint[],
      ${decided.map((d) => Buffer.from(d.sealedFacts))}::bytea[])
      as t (id, state, kind, codes, sha256, crc32, facts)
    where items.id = t.id and items.id = any(${ids}::uuid[])`
}

/**
 * All of it as one statement: a pack is admitted in so little time that the ways to the server and back were most of it.
 * No two of them may change the same row.
 */
const atOnce = (statements: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => {
  const named = statements.map((statement, nth) => sql`${sql.raw(`s${nth}`)} as (${statement})`)
  return sql`with ${sql.join(named)} select`
}

export const createAdmissionLedger = (db: Database): AdmissionLedger => ({
  takePack: (id) =>
    guarded(() =>
      sendTogether(db, async (send) => {
        const [[pack], rows] = await Promise.all([send(countTry(id)), send(findItems(id))])
        if (pack === undefined) return null
        return {
          id,
          case: pack.case_id,
          sender: pack.sender_id,
          state: pack.state,
          attempts: pack.attempts - 1,
          wrappedKey: pack.wrapped_key,
          details: pack.details,
          heads: pack.heads,
          ...toItems(rows),
        }
      }),
    ),

  giveBack: (id) =>
    guarded(async () => {
      await db
        .updateTable('packs')
        .set({ attempts: sql`greatest(attempts - 1, 0)` })
        .where('id', '=', id)
        .execute()
    }),

  admit: (pack, decisions, settle, at) =>
    guarded(() =>
      transact<readonly ItemDecision[]>(db, async (send) => {
        const [[owner], twins, items] = await Promise.all([
          send(lockPack(pack)),
          // Not in the same statement: that would not see what an admission brought which this one waited for.
          send(findTwins(pack.case, decisions)),
          send(lockItems(decisions)),
        ])
        if (owner?.wrapped_key == null) return { value: [], last: [] }
        const waiting = new Set(items.flatMap(({ id, state }) => (state === 'received' ? [id] : [])))
        const settled = decisions.length === 0 ? [] : settle(toTwins(twins))
        const decided = settled.filter((decision) => waiting.has(decision.item))
        const written =
          decided.length === 0 ? [] : [moveItems(decided, at), ...writeDecisions(pack, decided, at)]
        const counted = decisions.length === 0 ? [] : [countChange(pack.case)]
        return { value: decided, last: [atOnce([...admitPack(pack, at), ...written, ...counted])] }
      }),
    ),

  quarantinePack: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .with('forgotten', (query) => query.deleteFrom('pack_heads').where('pack_id', '=', id))
          .updateTable('packs')
          .set({ state: 'quarantined' })
          .where('id', '=', id)
          .where('state', 'in', packMachine.into('quarantined'))
          .returning('case_id')
          .executeTakeFirst()
        if (moved === undefined) return []
        const items = await trx
          .updateTable('items')
          .set({ state: 'quarantined', codes: ['CHECK_UNAVAILABLE'], decided_at: at })
          .where('id', 'in', (query) =>
            query
              .selectFrom('items')
              .select('id')
              .where('received_in', '=', id)
              .where('state', '=', 'received')
              .orderBy('id')
              .forNoKeyUpdate(),
          )
          .returning('id')
          .execute()
        await noteChange(trx, moved.case_id)
        return items.map((item) => item.id)
      }),
    ),

  dropPack: (id) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const moved = await trx
          .updateTable('packs')
          .set({ state: 'dropped' })
          .where('id', '=', id)
          // Of a stored one the last word is not spoken: admission still has to look into it.
          .where('state', 'in', ['admitted', 'quarantined'])
          .where((query) =>
            query.not(
              query.exists(
                query
                  .selectFrom('extents')
                  .innerJoin('items', 'items.id', 'extents.item_id')
                  .select('items.id')
                  .where('extents.pack_id', '=', id)
                  .where('items.state', 'not in', deadStates),
              ),
            ),
          )
          .returning('case_id')
          .executeTakeFirst()
        if (moved !== undefined) await noteChange(trx, moved.case_id)
        return moved !== undefined
      }),
    ),

  owedPacks: (before, limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('packs')
        .select('id')
        .where('state', '=', 'stored')
        .where((query) =>
          query.or([
            query('created_at', '<', before),
            query('created_at', '>', sql<Date>`${before}::timestamptz + interval '1 hour'`),
          ]),
        )
        .orderBy('created_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    }),

  owedCases: (before, limit) =>
    guarded(async () => {
      const rows = await sql<{ id: CaseId }>`
        select distinct cases.id from cases join senders on senders.case_id = cases.id
        where cases.state = 'collecting' and senders.finished_at < ${before}
          and not exists (select from senders as s where s.case_id = cases.id
            and s.started_at is not null and s.finished_at is null)
          and not exists (select from items where items.case_id = cases.id
            and items.state = any(${[...waitingStates]}))
        limit ${limit}`.execute(db)
      return rows.rows.map((row) => row.id)
    }),
})
