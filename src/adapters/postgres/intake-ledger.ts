/** What senders announced and what of it is kept, in PostgreSQL. */
import { type Selectable, sql, type Transaction } from 'kysely'
import { mayReceive, receivingStates } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import { chunkCount } from '#domain/item.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { IntakeLedger, NewPack, PlannedItem, ReceivedItem, RecordedPacks } from '#ports/intake-ledger.ts'
import { missingRuns, readRuns } from './chunk-runs.ts'
import { type Database, guarded } from './database.ts'
import { insertPlan } from './insert-plan.ts'
import { noteChange } from './note-change.ts'
import { lockItems, recordRows } from './record-packs.ts'
import { transact } from './round-trips.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

const caseIsOpen = async (trx: Trx, id: NewPack['case']): Promise<boolean> => {
  const row = await trx.selectFrom('cases').select('state').where('id', '=', id).executeTakeFirst()
  return row !== undefined && mayReceive(row.state)
}

const readItems = async (
  db: Database,
  sender: SenderId,
  brief: boolean,
): Promise<readonly ReceivedItem[]> => {
  const rows = await db
    .selectFrom('items')
    .innerJoin('plans', 'plans.id', 'items.plan_id')
    .select(['items.id', 'size', 'state', 'archive_item', 'kind', 'codes'])
    .where('items.sender_id', '=', sender)
    .orderBy('seq')
    .execute()
  const extents = brief
    ? []
    : await db
        .selectFrom('extents')
        .innerJoin('items', 'items.id', 'extents.item_id')
        .select(['item_id', 'first', 'count', 'length', 'extents.sha256'])
        .where('items.sender_id', '=', sender)
        .where('items.state', 'not in', ['discarded', 'erased'])
        .orderBy('item_id')
        .orderBy('first')
        .execute()
  const byItem = Map.groupBy(extents, (extent) => extent.item_id)
  return rows.map((row) => ({
    id: row.id,
    size: row.size,
    state: row.state,
    from: row.archive_item,
    kind: row.kind,
    codes: row.codes.filter(isVerdictCode),
    extents: byItem.get(row.id) ?? [],
  }))
}

type ItemRow = Pick<Selectable<Tables['items']>, 'id' | 'size' | 'state' | 'have'>

const toPlanned = ({ id, size, state, have }: ItemRow): PlannedItem => ({
  id,
  size,
  state,
  missing: state === 'receiving' ? missingRuns(readRuns(have), chunkCount(size)) : [],
})

export const createIntakeLedger = (db: Database): IntakeLedger => ({
  plan: (plan, files, most) =>
    guarded(() =>
      db.transaction().execute(async (trx): Promise<readonly PlannedItem[] | Refusal> => {
        if (!(await caseIsOpen(trx, plan.case))) return refuse('case.closed')
        // Lists of one sender take turns. What refers to the sender goes on: a pack that waited here for it, with
        // items locked that this list names, would be a deadlock.
        await trx.selectFrom('senders').select('id').where('id', '=', plan.sender).forNoKeyUpdate().execute()
        const added = await insertPlan(trx, plan, files)
        if (added > 0 && plan.archive === null)
          await trx
            .updateTable('senders')
            .set({ finished_at: null, started_at: sql`coalesce(started_at, ${plan.at})` })
            .where('id', '=', plan.sender)
            .execute()
        const { total } = await trx
          .selectFrom('items')
          .innerJoin('plans', 'plans.id', 'items.plan_id')
          .select(sql<number>`count(*)`.as('total'))
          .where('items.sender_id', '=', plan.sender)
          .where('archive_item', 'is', null)
          .executeTakeFirstOrThrow()
        if (total > most) {
          // Kysely commits what a callback returns; so what was inserted is undone first.
          await sql`rollback and chain`.execute(trx)
          return refuse('plan.too-many', { most })
        }
        const rows = await trx
          .selectFrom('items')
          .select(['id', 'fingerprint', 'size', 'state', 'have'])
          .where('sender_id', '=', plan.sender)
          .where('state', '<>', 'discarded')
          .where(
            'fingerprint',
            '=',
            sql<Buffer>`any(${files.map((f) => Buffer.from(f.fingerprint))}::bytea[])`,
          )
          .execute()
        if (added > 0) await noteChange(trx, plan.case)
        const known = new Map(rows.map((row) => [row.fingerprint.toString('hex'), row]))
        return files.flatMap((file) => {
          const row = known.get(Buffer.from(file.fingerprint).toString('hex'))
          return row === undefined ? [] : [toPlanned(row)]
        })
      }),
    ),

  recordPacks: (packs) =>
    guarded(() =>
      transact<RecordedPacks | Refusal>(db, async (send) => {
        const recording = recordRows(packs, await send(lockItems(packs)))
        if (isRefusal(recording)) return { value: recording, last: [] }
        return { value: recording.recorded, last: recording.rows }
      }),
    ),

  findItem: (sender, item) =>
    guarded(async () => {
      const row = await db
        .selectFrom('items')
        .innerJoin('plans', 'plans.id', 'items.plan_id')
        .select(['items.id', 'size', 'state', 'have'])
        .where('items.id', '=', item)
        .where('items.sender_id', '=', sender)
        .where('archive_item', 'is', null)
        .executeTakeFirst()
      return row === undefined ? null : toPlanned(row)
    }),

  leaveOut: (sender, items, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        if (items.length === 0) return 0
        const moved = await trx
          .updateTable('items')
          .set({ state: 'discarded', decided_at: at })
          .where('state', '=', 'receiving')
          // Locked in the order of `lockItems`, so that a part that arrives meanwhile cannot deadlock with this.
          .where('id', 'in', (query) =>
            query
              .selectFrom('items')
              .select('id')
              .where('sender_id', '=', sender)
              .where(sql<boolean>`id = any(${[...items]}::uuid[])`)
              .orderBy('id')
              .forUpdate(),
          )
          .returning('case_id')
          .execute()
        const [first] = moved
        if (first !== undefined) await noteChange(trx, first.case_id)
        return moved.length
      }),
    ),

  countFiles: (sender) =>
    guarded(() =>
      db
        .selectFrom('items')
        .innerJoin('plans', 'plans.id', 'items.plan_id')
        .select([
          sql<number>`count(*)`.as('announced'),
          sql<number>`count(*) filter (where state <> 'receiving')`.as('arrived'),
        ])
        .where('items.sender_id', '=', sender)
        // As the index of fingerprints has it, which is by sender.
        .where('state', '<>', 'discarded')
        .where('archive_item', 'is', null)
        .executeTakeFirstOrThrow(),
    ),

  itemsOf: (sender, brief) => guarded(() => readItems(db, sender, brief)),

  quietSenders: (before, limit) =>
    guarded(async () => {
      const { rows } = await sql<{ sender: SenderId; case: CaseId }>`
        select senders.id as sender, case_id as case
        from senders join cases on cases.id = case_id
        where started_at < ${before} and finished_at is null and cases.state = any(${[...receivingStates]})
          and exists (select from items where sender_id = senders.id and state <> 'discarded')
          and not exists (select from items where sender_id = senders.id and state = 'receiving')
          and not exists (select from sessions where sender_id = senders.id and seen_at > ${before})
          and not exists (select from packs where sender_id = senders.id and created_at > ${before})
        order by started_at
        limit ${limit}`.execute(db)
      return rows
    }),

  finish: (sender, receipt, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('senders')
          .select('case_id')
          .where('id', '=', sender)
          .forNoKeyUpdate()
          .executeTakeFirst()
        if (row === undefined) return refuse('session.ended')
        const { missing } = await trx
          .selectFrom('items')
          .innerJoin('plans', 'plans.id', 'items.plan_id')
          .select(sql<number>`count(*)`.as('missing'))
          .where('items.sender_id', '=', sender)
          .where('state', '=', 'receiving')
          .where('archive_item', 'is', null)
          .executeTakeFirstOrThrow()
        if (missing > 0) return refuse('send.incomplete', { missing })
        await trx.updateTable('senders').set({ finished_at: at }).where('id', '=', sender).execute()
        await trx
          .insertInto('receipts')
          .values({ sender_id: sender, at, statement: receipt })
          .onConflict((same) => same.columns(['sender_id', 'at']).doUpdateSet({ statement: receipt }))
          .execute()
        await noteChange(trx, row.case_id)
        return { case: row.case_id }
      }),
    ),
})
