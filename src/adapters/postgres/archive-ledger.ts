/** Archives that are taken apart, in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { mayReceive, receivingStates } from '#domain/case.ts'
import { Fault, isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { itemMachine } from '#domain/item.ts'
import { isVerdictCode, verdictTable, worstOutcome } from '#domain/verdict.ts'
import type { ArchiveLedger, ClosedArchive, UnpackedTotal } from '#ports/archive-ledger.ts'
import type { RecordedPacks } from '#ports/intake-ledger.ts'
import { type Database, guarded } from './database.ts'
import { toExtent } from './extent-row.ts'
import { insertPlan } from './insert-plan.ts'
import { noteChange } from './note-change.ts'
import { recordAll } from './record-packs.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

/** Items that came out of an archive; by their case, for that is what items are found by. */
const cameOutOf = (id: ItemId, of: CaseId) =>
  sql`items.case_id = ${of} and items.plan_id in (select id from plans where archive_item = ${id})`

/**
 * Its case and then the archive itself, locked in the order in which admission and people's decisions do. Null when
 * it does not wait to be taken apart.
 */
const lockArchive = async (trx: Trx, id: ItemId) => {
  const { rows } = await sql<{ state: Tables['cases']['state']; case: CaseId }>`
    select state, id as case from cases where id = (select case_id from items where id = ${id})
    for no key update`.execute(trx)
  const [owner] = rows
  const item = await trx
    .selectFrom('items')
    .select(['sender_id', 'codes'])
    .where('id', '=', id)
    .where('state', '=', 'unpacking')
    .forNoKeyUpdate()
    .executeTakeFirst()
  return owner === undefined || item === undefined
    ? null
    : { case: owner.case, open: mayReceive(owner.state), sender: item.sender_id, codes: item.codes }
}

/** What a ledger rebuilt from the store knows of by name only is announced anew, with its bytes. */
const forgetUnbrought = async (trx: Trx, id: ItemId, of: CaseId): Promise<void> => {
  await sql`update items set state = 'discarded' where state = 'receiving' and ${cameOutOf(id, of)}`.execute(
    trx,
  )
}

const readTaken = async (trx: Trx, id: ItemId, of: CaseId) => {
  const { rows } = await sql<{ fingerprint: Buffer; size: number }>`
    select fingerprint, size from items where received_in is not null and ${cameOutOf(id, of)}`.execute(trx)
  return {
    taken: new Set(rows.map((row) => row.fingerprint.toString('hex'))),
    takenBytes: rows.reduce((sum, row) => sum + row.size, 0),
  }
}

const isTaken = async (trx: Trx, sender: SenderId, fingerprints: readonly Uint8Array[]): Promise<boolean> => {
  const { rows } = await sql<{ taken: boolean }>`
    select exists (select from items where sender_id = ${sender} and state <> 'discarded'
      and fingerprint = any(${fingerprints.map((one) => Buffer.from(one))}::bytea[])) as taken`.execute(trx)
  return rows[0]?.taken ?? false
}

const countUnpacked = async (trx: Trx, of: CaseId, sender: SenderId): Promise<UnpackedTotal> => {
  const { files, bytes } = await trx
    .selectFrom('items')
    .innerJoin('plans', 'plans.id', 'items.plan_id')
    .select([sql<number>`count(*)`.as('files'), sql<string | null>`sum(size)`.as('bytes')])
    .where('items.case_id', '=', of)
    .where('items.sender_id', '=', sender)
    .where('archive_item', 'is not', null)
    .executeTakeFirstOrThrow()
  return { files, bytes: Number(bytes ?? 0) }
}

const destroyKeys = async (trx: Trx, id: ItemId): Promise<readonly PackId[]> => {
  const { rows } = await sql<{ pack_id: PackId }>`
    update extents set wrapped_key = null where item_id = ${id} returning pack_id`.execute(trx)
  return [...new Set(rows.map((row) => row.pack_id))]
}

export const createArchiveLedger = (db: Database): ArchiveLedger => ({
  takeArchive: (id) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('items')
          .from('cases')
          .set({ attempts: sql`items.attempts + 1` })
          .where('items.id', '=', id)
          .where('items.state', '=', 'unpacking')
          .whereRef('cases.id', '=', 'items.case_id')
          .where('cases.state', 'in', receivingStates)
          .returning(['items.case_id', 'items.sender_id', 'items.size', 'items.attempts'])
          .returning(['cases.wrapped_key', 'cases.intake_key'])
          .executeTakeFirst()
        if (row === undefined || row.wrapped_key === null || row.intake_key === null) return null
        await forgetUnbrought(trx, id, row.case_id)
        const extents = await trx
          .selectFrom('extents')
          .selectAll()
          .where('item_id', '=', id)
          .orderBy('first')
          .execute()
        return {
          id,
          case: row.case_id,
          sender: row.sender_id,
          size: row.size,
          attempts: row.attempts - 1,
          wrappedKey: row.wrapped_key,
          intakeKey: row.intake_key,
          extents: extents.map(toExtent),
          ...(await readTaken(trx, id, row.case_id)),
        }
      }),
    ),

  giveBackArchive: (id) =>
    guarded(async () => {
      await db
        .updateTable('items')
        .set({ attempts: sql`greatest(attempts - 1, 0)` })
        .where('id', '=', id)
        .execute()
    }),

  recordEntries: (plan, files, packs, most) =>
    guarded(() =>
      db.transaction().execute(async (trx): Promise<RecordedPacks | Refusal> => {
        const archive = await lockArchive(trx, plan.archive)
        if (archive === null) return refuse('state.conflict')
        if (!archive.open) return refuse('case.closed')
        const fingerprints = files.map((file) => file.fingerprint)
        if (await isTaken(trx, archive.sender, fingerprints)) return refuse('state.conflict')
        const before = await countUnpacked(trx, archive.case, archive.sender)
        const bytes = files.reduce((sum, { size }) => sum + size, before.bytes)
        if (before.files + files.length > most.files || bytes > most.bytes)
          return refuse('plan.too-many', { most: most.files })
        await insertPlan(trx, plan, files)
        const recorded = await recordAll(trx, packs)
        if (isRefusal(recorded)) {
          // Kysely commits what a callback returns; so what was inserted is undone first.
          await sql`rollback and chain`.execute(trx)
          return recorded
        }
        // A file that is not whole would hold up its case for ever.
        if (recorded.completed.length !== files.length) throw new Fault('internal')
        await trx.updateTable('items').set({ attempts: 1 }).where('id', '=', plan.archive).execute()
        await noteChange(trx, archive.case)
        return recorded
      }),
    ),

  closeArchive: (id, found, at) =>
    guarded(() =>
      db.transaction().execute(async (trx): Promise<ClosedArchive | null> => {
        const archive = await lockArchive(trx, id)
        if (archive === null) return null
        const outcome = worstOutcome(found)
        const passed = outcome === 'accepted' || outcome === 'accepted_with_warnings'
        const state = passed ? 'unpacked' : outcome
        if (!itemMachine.may('unpacking', state)) throw new Fault('state.conflict')
        // What made it wait before was a person's to overrule, and they did.
        const before = archive.codes.filter(isVerdictCode).filter((code) => {
          const was = verdictTable[code].outcome
          return was === 'accepted' || was === 'accepted_with_warnings'
        })
        const codes = [...new Set([...found, ...before])]
        await trx
          .updateTable('items')
          .set({ state, codes, attempts: 0, decided_at: at })
          .where('id', '=', id)
          .execute()
        await trx.insertInto('verdicts').values({ item_id: id, at, outcome, codes }).execute()
        const packs = state === 'quarantined' ? [] : await destroyKeys(trx, id)
        await noteChange(trx, archive.case)
        return { state, packs }
      }),
    ),

  owedArchives: (before, limit) =>
    guarded(async () => {
      const { rows } = await sql<{ id: ItemId }>`
        select items.id from items join cases on cases.id = items.case_id
        where items.state = 'unpacking' and cases.state = any(${[...receivingStates]})
          and (decided_at < ${before} or decided_at > ${before}::timestamptz + interval '1 hour')
        order by decided_at limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    }),
})
