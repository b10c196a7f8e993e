/**
 * All of the ledger as JSON rows, and back, in PostgreSQL. Which tables there are, and which refers to which, is
 * asked of the database, so that a table of a later migration cannot be forgotten here.
 */
import { type RawBuilder, sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { LedgerCopy, LedgerRow, LedgerSnapshot } from '#ports/ledger-copy.ts'
import { type Database, guarded } from './database.ts'

/** Bytes of rows held at one time, about. */
const heldBytes = 1_048_576

/** Rows fetched at once; few where PostgreSQL keeps values beside the table because they are large. */
const mostRows = 1_000
const mostLargeRows = 8

/** Which objects hold the audit chain is written anew: nobody knows which of them come back. */
const leftOut = ['kysely_migration', 'kysely_migration_lock', 'audit_pieces']

/** SQLSTATE class of a row that breaks a rule of its table. */
const brokenRule = /^2[23]/

type Table = { readonly name: string; readonly parents: readonly string[]; readonly large: boolean }

const readTables = async (trx: Database): Promise<Table[]> => {
  const { rows } = await sql<Table>`
    select relname as name, reltoastrelid <> 0 and pg_relation_size(reltoastrelid) > 0 as large,
      array(select distinct parent.relname::text from pg_constraint as link
        join pg_class as parent on parent.oid = link.confrelid
        where link.contype = 'f' and link.conrelid = pg_class.oid and link.confrelid <> pg_class.oid) as parents
    from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace
      and relname <> all(${leftOut}) order by relname`.execute(trx)
  return rows
}

/** Parents before children. @throws Error for tables that refer to each other in a ring. */
const inOrder = (tables: readonly Table[]): Table[] => {
  const ordered: Table[] = []
  const left = new Set(tables)
  while (left.size > 0) {
    const waiting = new Set([...left].map(({ name }) => name))
    const next = [...left].filter(({ parents }) => !parents.some((parent) => waiting.has(parent)))
    if (next.length === 0) throw new Fault('internal', { cause: new Error('tables refer in a ring') })
    for (const table of next) left.delete(table)
    ordered.push(...next)
  }
  return ordered
}

async function* readRows(trx: Database, tables: readonly Table[]): AsyncGenerator<readonly LedgerRow[]> {
  for (const { name: table, large } of tables) {
    await sql`declare copied no scroll cursor for
      select row_to_json(t)::text as row from ${sql.table(table)} as t`.execute(trx)
    const most = large ? mostLargeRows : mostRows
    let widest = 1
    for (;;) {
      const count = Math.max(1, Math.min(most, Math.floor(heldBytes / widest)))
      const fetched = sql<{ row: string }>`fetch ${sql.lit(count)} from copied`
      const { rows } = await guarded(() => fetched.execute(trx))
      if (rows.length > 0) yield rows.map(({ row }) => ({ table, row }))
      if (rows.length < count) break
      widest = Math.max(widest, ...rows.map(({ row }) => row.length))
    }
    await sql`close copied`.execute(trx)
  }
}

/** Columns that take a value: all but those computed from others. */
const columnsOf = async (trx: Database, table: string): Promise<RawBuilder<unknown>> => {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_attribute where attrelid = ${table}::regclass and attnum > 0
      and not attisdropped and attgenerated = '' order by attnum`.execute(trx)
  return sql.join(rows.map(({ name }) => sql.ref(name)))
}

/** Numbers given out by the tables go on after those put back. */
const continueNumbers = async (trx: Database, tables: readonly Table[]): Promise<void> => {
  for (const { name } of tables) {
    const { rows } = await sql<{ column: string }>`
      select attname as column from pg_attribute
      where attrelid = ${name}::regclass and attidentity <> ''`.execute(trx)
    for (const { column } of rows)
      await sql`select setval(pg_get_serial_sequence(${name}, ${column}),
        greatest((select max(${sql.ref(column)}) from ${sql.table(name)}), 1))`.execute(trx)
  }
}

const isEmpty = async (db: Database, tables: readonly Table[]): Promise<boolean> => {
  for (const { name } of tables) {
    const { rows } = await sql<{ filled: boolean }>`
      select exists (select from ${sql.table(name)}) as filled`.execute(db)
    if (rows[0]?.filled !== false) return false
  }
  return true
}

const asDamaged = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw brokenRule.test(code) ? new Fault('store.damaged', { cause }) : cause
  }
}

const loadRows = async (
  trx: Database,
  known: readonly Table[],
  rows: AsyncIterable<LedgerRow>,
): Promise<void> => {
  let into: RawBuilder<unknown> = sql``
  let table: string | null = null
  let held: string[] = []
  let bytes = 0
  const put = async (): Promise<void> => {
    if (table === null || held.length === 0) return
    await sql`insert into ${sql.table(table)} (${into}) overriding system value
      select ${into} from json_populate_recordset(null::${sql.table(table)}, ${`[${held.join(',')}]`}::json)`.execute(
      trx,
    )
    held = []
    bytes = 0
  }
  for await (const next of rows) {
    if (next.table !== table) {
      await put()
      if (!known.some(({ name }) => name === next.table)) throw new Fault('store.damaged')
      table = next.table
      into = await columnsOf(trx, table)
    }
    held.push(next.row)
    bytes += next.row.length
    if (bytes >= heldBytes) await put()
  }
  await put()
}

/**
 * An index that is newer than this ledger may lie in the store: what is written from now on counts, so its
 * numbers go on far beyond.
 */
const oweIndexes = async (trx: Database): Promise<void> => {
  await sql`insert into case_indexes (case_id) select id from cases on conflict do nothing`.execute(trx)
  await sql`update case_indexes set changed = changed + 1, sequence = sequence + 1000000`.execute(trx)
}

export const createLedgerCopy = (db: Database): LedgerCopy => {
  const migration = async (on: Database): Promise<string | null> => {
    const there = await sql<{ name: string | null }>`
      select to_regclass('kysely_migration')::text as name`.execute(on)
    if (there.rows[0]?.name == null) return null
    const { rows } = await sql<{ name: string }>`
      select name from kysely_migration order by name desc limit 1`.execute(on)
    return rows[0]?.name ?? null
  }

  return {
    migration: () => guarded(() => migration(db)),

    isEmpty: () => guarded(async () => isEmpty(db, await readTables(db))),

    view: <Result>(work: (snapshot: LedgerSnapshot) => Promise<Result>) =>
      guarded(() =>
        db
          .transaction()
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(async (trx) => {
            // Times are written with the zone of whoever asks.
            await sql`set local timezone to 'UTC'`.execute(trx)
            const name = await migration(trx)
            if (name === null) throw new Fault('ledger.unavailable')
            const tables = inOrder(await readTables(trx))
            const head = await trx
              .selectFrom('audit')
              .select(['seq', 'hash'])
              .orderBy('seq', 'desc')
              .limit(1)
              .executeTakeFirst()
            const audit = head === undefined ? null : { seq: head.seq, hash: head.hash.toString('hex') }
            return work({ migration: name, audit, rows: readRows(trx, tables) })
          }),
      ),

    load: (rows) =>
      guarded(() =>
        asDamaged(() =>
          db.transaction().execute(async (trx) => {
            const tables = await readTables(trx)
            for (const { name } of tables)
              await sql`lock table ${sql.table(name)} in exclusive mode`.execute(trx)
            if (!(await isEmpty(trx, tables))) throw new Fault('state.conflict')
            await loadRows(trx, tables, rows)
            await continueNumbers(trx, tables)
            await oweIndexes(trx)
          }),
        ),
      ),

    auditHash: (seq) =>
      guarded(async () => {
        const row = await db.selectFrom('audit').select('hash').where('seq', '=', seq).executeTakeFirst()
        return row?.hash.toString('hex') ?? null
      }),
  }
}
