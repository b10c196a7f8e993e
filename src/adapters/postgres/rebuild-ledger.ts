/** A lost ledger put together again, and the objects a ledger counts on, in PostgreSQL. */
import { sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { AnyId, CaseId } from '#domain/id.ts'
import type { KeptRows, ObjectKind } from '#domain/kept.ts'
import type { NeededObject, RebuildLedger } from '#ports/rebuild-ledger.ts'
import { type Database, guarded } from './database.ts'
import { keptAuditTable, keptCaseTables, putRows } from './kept-tables.ts'

/** SQLSTATE class of a row that breaks a rule of its table: the index was not written by this program. */
const brokenRule = /^2[23]/

const asDamaged = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw brokenRule.test(code) ? new Fault('store.damaged', { cause }) : cause
  }
}

/** True when rows say whose they are, and it is this case. */
const areOf = ({ table, rows }: KeptRows, id: CaseId): boolean => {
  const owner = table.columns.findIndex(([name]) => name === (table.name === 'cases' ? 'id' : 'case_id'))
  return owner < 0 || rows.every((row) => row[owner] === id)
}

/** Numbers given out by the tables go on after those put back. */
const continueNumbers = async (trx: Database): Promise<void> => {
  for (const table of ['items', 'verdicts', 'decisions'])
    await sql`select setval(pg_get_serial_sequence(${table}, 'seq'),
      greatest((select max(seq) from ${sql.table(table)}), 1))`.execute(trx)
}

/** Rows that count on objects: their id and what of the object they reach. */
const needing = {
  packs: sql`(select packs.id, coalesce(max(pack_offset + sealed_length), 1) as bytes
    from packs left join extents on extents.pack_id = packs.id where packs.state <> 'dropped' group by packs.id)`,
  plans: sql`(select id, 0 as bytes from plans)`,
  indexes: sql`(select object as id, 1 as bytes from case_indexes where object is not null)`,
  audit: sql`(select object as id, 1 as bytes from audit_pieces)`,
} as const satisfies Record<ObjectKind, unknown>

const naming = {
  packs: sql`select from packs where state <> 'dropped' and id =`,
  plans: sql`select from plans where id =`,
  indexes: sql`select from case_indexes where object =`,
  audit: sql`select from audit_pieces where object =`,
} as const satisfies Record<ObjectKind, unknown>

export const createRebuildLedger = (db: Database): RebuildLedger => ({
  isEmpty: () =>
    guarded(async () => {
      const { rows } = await sql<{ empty: boolean }>`
        select not exists (select from cases) and not exists (select from packs)
          and not exists (select from audit) as empty`.execute(db)
      return rows[0]?.empty ?? false
    }),

  restoreCase: (id, index, rows) =>
    guarded(() =>
      asDamaged(() =>
        db.transaction().execute(async (trx) => {
          let items = 0
          for await (const some of rows) {
            if (!areOf(some, id)) throw new Fault('store.damaged')
            const put = await putRows(trx, keptCaseTables, some)
            if (some.table.name === 'items') items += put
          }
          await trx
            .insertInto('case_indexes')
            .values({ case_id: id, sequence: index.sequence, object: index.object })
            .execute()
          await continueNumbers(trx)
          return { items }
        }),
      ),
    ),

  restoreAudit: (piece, rows) =>
    guarded(() =>
      asDamaged(() =>
        db.transaction().execute(async (trx) => {
          let entries = 0
          let last = piece.first - 1
          const seq = keptAuditTable.columns.findIndex(([name]) => name === 'seq')
          for await (const some of rows) {
            entries += await putRows(trx, [keptAuditTable], some, sql`on conflict do nothing`)
            last = Math.max(last, ...some.rows.map((row) => Number(row[seq])))
          }
          await sql`insert into audit_pieces (first, last, object, written_at)
            values (${piece.first}, ${last}, ${piece.id}, ${piece.at})
            on conflict (first) do update set last = excluded.last, object = excluded.object
            where excluded.last > audit_pieces.last`.execute(trx)
          return { entries }
        }),
      ),
    ),

  known: <Id extends AnyId>(table: string, ids: readonly Id[]) =>
    guarded(async () => {
      const { rows } = await sql<{ id: Id }>`
        select id from ${sql.table(table)} where id = any(${[...ids]}::uuid[])`.execute(db)
      return new Set(rows.map((row) => row.id))
    }),

  needed: (kind, after, limit) =>
    guarded(async () => {
      const { rows } = await sql<{ id: AnyId; bytes: number }>`
        select id, bytes::bigint as bytes from ${needing[kind]} as needed
        where ${after === null ? sql`true` : sql`id > ${after}`} order by id limit ${limit}`.execute(db)
      return rows satisfies readonly NeededObject[]
    }),

  isNamed: (kind, id) =>
    guarded(async () => {
      const { rows } = await sql<{ named: boolean }>`
        select exists (${naming[kind]} ${id}) as named`.execute(db)
      return rows[0]?.named ?? false
    }),

  oweAgain: (kind, id) =>
    guarded(async () => {
      if (kind === 'indexes')
        await sql`update case_indexes set indexed = 0, object = null, written_at = null
          where object = ${id}`.execute(db)
      else
        await sql`delete from audit_pieces
          where first >= (select first from audit_pieces where object = ${id})`.execute(db)
    }),
})
