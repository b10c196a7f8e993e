/** People's decisions on items in quarantine, in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { mayRead, mayReceive } from '#domain/case.ts'
import { type ReleaseRule, releaseRule } from '#domain/decision.ts'
import { Fault, isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { PackId } from '#domain/id.ts'
import { type ItemKind, type ItemState, itemMachine } from '#domain/item.ts'
import { packMachine } from '#domain/pack.ts'
import { isVerdictCode, type VerdictCode } from '#domain/verdict.ts'
import type { DecisionLedger, NewDecision } from '#ports/decision-ledger.ts'
import { type Database, guarded } from './database.ts'
import { noteChange } from './note-change.ts'
import type { Tables } from './tables.ts'
import { readWaiting } from './waiting-items.ts'

type Trx = Transaction<Tables>

type Waiting = {
  readonly codes: readonly VerdictCode[]
  readonly looked: boolean
  readonly kind: ItemKind | null
  readonly pack: PackId | null
  /** Whether its case takes records. */
  readonly receives: boolean
}

/**
 * The item, locked so that decisions take turns. The case first, as admission does: the other way round two of them
 * could wait for each other.
 */
const lockWaiting = async (
  trx: Trx,
  { case: of, item }: Pick<NewDecision, 'case' | 'item'>,
): Promise<Waiting | Refusal> => {
  const owner = await trx
    .selectFrom('cases')
    .select(['state', 'wrapped_key'])
    .where('id', '=', of)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (owner === undefined) return refuse('item.not-found')
  if (owner.wrapped_key === null || !mayRead(owner.state)) return refuse('case.closed')
  const row = await trx
    .selectFrom('items')
    .select(['state', 'kind', 'codes', 'received_in', 'sha256', 'sealed_facts'])
    .where('id', '=', item)
    .where('case_id', '=', of)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (row === undefined) return refuse('item.not-found')
  if (row.state !== 'quarantined') return refuse('item.not-waiting')
  return {
    codes: row.codes.filter(isVerdictCode),
    looked: row.sha256 !== null && row.sealed_facts !== null,
    kind: row.kind,
    pack: row.received_in,
    receives: mayReceive(owner.state),
  }
}

const addDecision = async (trx: Trx, decision: NewDecision, outcome: 'proposed' | 'done'): Promise<void> => {
  await trx
    .insertInto('decisions')
    .values({
      case_id: decision.case,
      item_id: decision.item,
      operator_id: decision.by,
      act: decision.act,
      reason: decision.reason,
      outcome,
      sealed_note: decision.sealedNote,
      at: decision.at,
    })
    .execute()
}

const moveItem = async (trx: Trx, { item, at }: NewDecision, to: ItemState): Promise<void> => {
  const moved = await trx
    .updateTable('items')
    .set({ state: to, decided_at: at })
    .where('id', '=', item)
    .where('state', '=', 'quarantined')
    .where('state', 'in', itemMachine.into(to))
    .executeTakeFirst()
  if (moved.numUpdatedRows !== 1n) throw new Fault('state.conflict')
}

const refusalsOf = {
  locked: 'item.locked',
  'check-first': 'item.unchecked',
} as const satisfies Partial<Record<ReleaseRule, unknown>>

/** Whether this word is enough, or another person's is needed after it. */
const weigh = async (
  trx: Trx,
  { item, by }: NewDecision,
  waiting: Waiting,
): Promise<'done' | 'proposed' | Refusal> => {
  const rule = releaseRule(waiting.codes, waiting.looked)
  if (rule === 'one-person') return 'done'
  if (rule !== 'two-persons') return refuse(refusalsOf[rule])
  const said = await trx
    .selectFrom('decisions')
    .select('operator_id')
    .where('item_id', '=', item)
    .where('outcome', '=', 'proposed')
    .execute()
  if (said.some((one) => one.operator_id === by)) return refuse('item.second-person')
  return said.length === 0 ? 'proposed' : 'done'
}

/** As when more records come: nobody is to read of a case as ready while something in it is unchecked. */
const takeBack = async (trx: Trx, { case: of, at }: Pick<NewDecision, 'case' | 'at'>): Promise<void> => {
  await trx
    .updateTable('cases')
    .set({ state: 'collecting', changed_at: at })
    .where('id', '=', of)
    .where('state', '=', 'ready')
    .execute()
}

/** An archive is never read itself: letting it through has it opened. */
const release = async (trx: Trx, decision: NewDecision, kind: ItemKind | null): Promise<void> => {
  if (kind === 'archive') {
    await moveItem(trx, decision, 'unpacking')
    await trx.updateTable('items').set({ attempts: 0 }).where('id', '=', decision.item).execute()
    await takeBack(trx, decision)
    return
  }
  await moveItem(trx, decision, 'released')
  await trx
    .updateTable('cases')
    .set({ revision: sql`revision + 1`, content_at: decision.at })
    .where('id', '=', decision.case)
    .execute()
}

/** Nobody can open its bytes afterwards, and the index does not name it. */
const discard = async (trx: Trx, decision: NewDecision): Promise<readonly PackId[]> => {
  await moveItem(trx, decision, 'discarded')
  const { rows } = await sql<{ pack_id: PackId }>`
    with instance as (delete from instances where item_id = ${decision.item}),
      document as (delete from documents where item_id = ${decision.item}),
        served as (delete from served_copies where item_id = ${decision.item}),
        words as (delete from item_texts where item_id = ${decision.item})
    update extents set wrapped_key = null where item_id = ${decision.item} returning pack_id`.execute(trx)
  return [...new Set(rows.map((row) => row.pack_id))]
}

/** The items of a pack that nothing has looked into, in the order intake locks items. */
const unlooked = (trx: Trx, pack: PackId) =>
  trx
    .selectFrom('items')
    .select('id')
    .where('received_in', '=', pack)
    .where('state', '=', 'quarantined')
    .where('sha256', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()

export const createDecisionLedger = (db: Database): DecisionLedger => ({
  waitingOf: (id) => guarded(() => readWaiting(db, id)),

  decisionsOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('decisions')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('seq')
        .execute()
      return rows.map((row) => ({
        item: row.item_id,
        by: row.operator_id,
        at: row.at,
        act: row.act,
        outcome: row.outcome,
        reason: row.reason,
        sealedNote: row.sealed_note,
      }))
    }),

  decide: (decision) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const waiting = await lockWaiting(trx, decision)
        if (isRefusal(waiting)) return waiting
        const { codes } = waiting
        // What comes out of an archive is new records.
        if (decision.act === 'release' && waiting.kind === 'archive' && !waiting.receives)
          return refuse('case.closed')
        const outcome = decision.act === 'discard' ? 'done' : await weigh(trx, decision, waiting)
        if (isRefusal(outcome)) return outcome
        await addDecision(trx, decision, outcome)
        const packs = decision.act === 'discard' ? await discard(trx, decision) : []
        if (decision.act === 'release' && outcome === 'done') await release(trx, decision, waiting.kind)
        await noteChange(trx, decision.case, true)
        if (outcome === 'proposed') return { state: 'quarantined' as const, codes, packs }
        const through = waiting.kind === 'archive' ? 'unpacking' : 'released'
        return { state: decision.act === 'discard' ? 'discarded' : through, codes, packs }
      }),
    ),

  checkAgain: (asked) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const waiting = await lockWaiting(trx, asked)
        if (isRefusal(waiting)) return waiting
        if (waiting.looked || waiting.pack === null) return refuse('item.checked')
        const moved = await trx
          .updateTable('packs')
          .set({ state: 'stored', attempts: 0 })
          .where('id', '=', waiting.pack)
          .where('state', 'in', packMachine.into('stored'))
          .executeTakeFirst()
        if (moved.numUpdatedRows !== 1n) return refuse('item.checked')
        const items = await trx
          .updateTable('items')
          .set({ state: 'received', codes: [], decided_at: null })
          .where('id', 'in', unlooked(trx, waiting.pack))
          .where('state', 'in', itemMachine.into('received'))
          .returning('id')
          .execute()
        await takeBack(trx, asked)
        await trx
          .insertInto('decisions')
          .values({
            case_id: asked.case,
            item_id: asked.item,
            operator_id: asked.by,
            act: 'check-again',
            reason: null,
            outcome: 'done',
            sealed_note: null,
            at: asked.at,
          })
          .execute()
        await noteChange(trx, asked.case, true)
        return { pack: waiting.pack, items: items.map((item) => item.id) }
      }),
    ),
})
