/** What of the ledger lies in the object store, in PostgreSQL. */
import { sql } from 'kysely'
import type { CaseId } from '#domain/id.ts'
import type { KeptValue } from '#domain/kept.ts'
import type { IndexLedger, IndexState } from '#ports/index-ledger.ts'
import { type Database, guarded } from './database.ts'
import { keptAuditTable, readCaseRows, toKept } from './kept-tables.ts'

/** While records come in a case changes all the time. */
const collectingSeconds = 60
const otherwiseSeconds = 5

/** Seconds that an index rests for each millisecond it took: writing them is at most a fiftieth of a worker's time. */
const restPerMs = 0.05

const auditSeconds = 300

/** A piece of the audit chain with fewer entries is written again with what follows, or objects would pile up. */
const shortPiece = 1_000

const findState = async (db: Database, id: CaseId): Promise<IndexState | null> => {
  const row = await db
    .selectFrom('case_indexes')
    .innerJoin('cases', 'cases.id', 'case_indexes.case_id')
    .select(['cases.wrapped_key', 'changed', 'indexed', 'sequence', 'object'])
    .where('case_id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  const { wrapped_key: wrappedKey, changed, indexed, sequence, object } = row
  return { wrappedKey, changed, indexed, sequence, object }
}

export const createIndexLedger = (db: Database): IndexLedger => ({
  viewCase: (id, work) =>
    guarded(() =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .execute(async (trx) => {
          const state = await findState(trx, id)
          return state === null ? null : work(state, readCaseRows(trx, id))
        }),
    ),

  recordIndex: (id, index) =>
    guarded(async () => {
      const recorded = await db
        .updateTable('case_indexes')
        .set({
          indexed: index.changed,
          sequence: index.sequence,
          object: index.object,
          written_at: index.at,
          cost_ms: Math.min(Math.round(index.costMs), 2 ** 31 - 1),
        })
        .where('case_id', '=', id)
        .where('sequence', '=', index.after)
        .executeTakeFirst()
      return recorded.numUpdatedRows === 1n
    }),

  owedIndexes: (at, limit) =>
    guarded(async () => {
      const { rows } = await sql<{ id: CaseId }>`
        select case_id as id from case_indexes join cases on cases.id = case_id
        where changed > indexed and (urgent > indexed or written_at is null or written_at + make_interval(secs => greatest(
          case when cases.state in ('requested', 'collecting') then ${collectingSeconds}::float8
            else ${otherwiseSeconds}::float8 end, cost_ms * ${restPerMs}::float8)) <= ${at})
        order by written_at nulls first limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    }),

  unkeptAudit: (limit) =>
    guarded(async () => {
      const last = await db
        .selectFrom('audit_pieces')
        .selectAll()
        .orderBy('first', 'desc')
        .limit(1)
        .executeTakeFirst()
      const kept = last?.last ?? 0
      const grows = last !== undefined && last.last - last.first + 1 < shortPiece
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .where('seq', '>=', grows ? last.first : kept + 1)
        .where('seq', '<=', kept + limit)
        .orderBy('seq')
        .execute()
      const [first, newest] = [rows[0], rows.at(-1)]
      if (first === undefined || newest === undefined || newest.seq === kept) return null
      return {
        first: first.seq,
        last: newest.seq,
        rows: toKept(keptAuditTable, rows satisfies readonly Record<string, KeptValue>[]),
        replaces: grows ? last.object : null,
      }
    }),

  recordAudit: ({ id, first, last, replaces, at }) =>
    guarded(async () => {
      const piece = { first, last, object: id, written_at: at }
      const recorded =
        replaces === null
          ? await sql`insert into audit_pieces (first, last, object, written_at)
              select ${first}::bigint, ${last}::bigint, ${id}::uuid, ${at}::timestamptz
              where not exists (select from audit_pieces where last >= ${first}::bigint)
              on conflict do nothing`.execute(db)
          : await sql`update audit_pieces set last = ${piece.last}, object = ${piece.object},
              written_at = ${piece.written_at} where first = ${first} and object = ${replaces}`.execute(db)
      return recorded.numAffectedRows === 1n
    }),

  owesAudit: (at) =>
    guarded(async () => {
      const { rows } = await sql<{ owed: boolean }>`
        select coalesce((select max(seq) from audit), 0) > coalesce((select max(last) from audit_pieces), 0)
          and not exists (select from audit_pieces
            where written_at > ${at}::timestamptz - make_interval(secs => ${auditSeconds}::float8)) as owed`.execute(
        db,
      )
      return rows[0]?.owed ?? false
    }),
})
