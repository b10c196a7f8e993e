/** The rows of a case that its index object holds: read table by table, and put back as they were. */
import { type RawBuilder, sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { KeptRows, KeptTable, KeptValue } from '#domain/kept.ts'
import type { Database } from './database.ts'
import { auditTable, caseTables } from './kept-columns.ts'

const toTable = ([name, columns]: readonly [
  string,
  Readonly<Record<string, KeptTable['columns'][number][1]>>,
]) => ({ name, columns: Object.entries(columns) }) satisfies KeptTable

/** The tables of a case's index. */
export const keptCaseTables: readonly KeptTable[] = Object.entries(caseTables).map(toTable)

/** The table of a piece of the audit chain. */
export const keptAuditTable: KeptTable = toTable(['audit', auditTable])

/** Which rows of a table are a case's; by `case_id` where nothing else is said. */
const ownRows = (name: string, id: CaseId): RawBuilder<unknown> => {
  if (name === 'cases') return sql`id = ${id}`
  if (name === 'receipts') return sql`sender_id in (select id from senders where case_id = ${id})`
  if (name === 'extents' || name === 'verdicts' || name === 'served_copies')
    return sql`item_id in (select id from items where case_id = ${id})`
  return sql`case_id = ${id}`
}

/** Rows read, and put back, at once; few of those that hold a whole text. */
const rowsAtOnce = 1_000
const textsAtOnce = 50

type Raw = Readonly<Record<string, KeptValue>>

/** Rows as they came from the driver, in the order of the table's columns. */
export const toKept = (table: KeptTable, rows: readonly Raw[]): KeptRows => ({
  table,
  rows: rows.map((row) => table.columns.map(([name]) => row[name] ?? null)),
})

/** Every row of a case, table by table; `trx` must be one consistent view. */
export async function* readCaseRows(trx: Database, id: CaseId): AsyncGenerator<KeptRows> {
  for (const table of keptCaseTables) {
    const columns = sql.join(table.columns.map(([name]) => sql.ref(name)))
    const order = table.columns.some(([name]) => name === 'seq') ? sql`seq` : sql`1, 2, 3`
    const some = table.name === 'item_texts' ? textsAtOnce : rowsAtOnce
    // Found first, then put in order: read in the order of its key, the table is gone through with every case's rows.
    await sql`declare kept no scroll cursor for select * from (
      select ${columns} from ${sql.table(table.name)} where ${ownRows(table.name, id)} offset 0) as own
      order by ${order}`.execute(trx)
    for (;;) {
      const { rows } = await sql<Raw>`fetch ${sql.lit(some)} from kept`.execute(trx)
      if (rows.length > 0) yield toKept(table, rows)
      if (rows.length < some) break
    }
    await sql`close kept`.execute(trx)
  }
}

const same = (a: KeptTable['columns'], b: KeptTable['columns']): boolean =>
  a.every(([name, kind]) => b.some(([known, knownKind]) => name === known && kind === knownKind))

/**
 * Puts rows back as they were. `conflict`: what to do with those that are there already.
 * @throws `store.damaged` for a table or column that is not one of `tables`.
 */
export const putRows = async (
  trx: Database,
  tables: readonly KeptTable[],
  { table, rows }: KeptRows,
  conflict: RawBuilder<unknown> = sql``,
): Promise<number> => {
  const known = tables.find((one) => one.name === table.name)
  if (known === undefined || !same(table.columns, known.columns)) throw new Fault('store.damaged')
  const columns = sql.join(table.columns.map(([name]) => sql.ref(name)))
  let put = 0
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const values = rows.slice(at, at + rowsAtOnce).map((row) => sql`(${sql.join([...row])})`)
    const result = await sql`insert into ${sql.table(known.name)} (${columns}) overriding system value
      values ${sql.join(values)} ${conflict}`.execute(trx)
    put += Number(result.numAffectedRows ?? 0n)
  }
  return put
}
