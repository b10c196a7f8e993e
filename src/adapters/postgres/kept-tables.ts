/**
 * The tables that an index object holds, column by column. A column that is added to a table is a compile error
 * here until somebody has decided that it is kept. Names and kinds are part of the stored format: a column may be
 * added, and is then read as its default from older indexes; none may change its meaning.
 */
import { type RawBuilder, type SelectType, sql } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { KeptRows, KeptTable, KeptValue } from '#domain/kept.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

type KindOf<Value> = [Value] extends [Date | null]
  ? 'time'
  : [Value] extends [Uint8Array | null]
    ? 'bytes'
    : [Value] extends [number | null]
      ? 'number'
      : [Value] extends [readonly string[] | null]
        ? 'texts'
        : 'text'

type ColumnsOf<Name extends keyof Tables> = {
  readonly [Column in keyof Tables[Name] & string]: KindOf<SelectType<Tables[Name][Column]>>
}

/** In an order in which no row refers to a later one. */
const caseTables = {
  cases: {
    id: 'text',
    state: 'text',
    revision: 'number',
    wrapped_key: 'text',
    intake_key: 'text',
    details: 'bytes',
    created_at: 'time',
    changed_at: 'time',
    content_at: 'time',
  },
  senders: {
    id: 'text',
    case_id: 'text',
    role: 'text',
    details: 'bytes',
    created_at: 'time',
    started_at: 'time',
    finished_at: 'time',
  },
  receipts: { sender_id: 'text', at: 'time', statement: 'text' },
  links: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    state: 'text',
    secret_hash: 'bytes',
    code_hash: 'bytes',
    expires_at: 'time',
    max_uses: 'number',
    uses: 'number',
    tries: 'number',
    locked_until: 'time',
    created_at: 'time',
    ended_at: 'time',
    check_kind: 'text',
    language: 'text',
    sealed_facts: 'bytes',
    questions: 'number',
  },
  link_asks: {
    link_id: 'text',
    asked_at: 'time',
    case_id: 'text',
    sender_id: 'text',
    answered_at: 'time',
  },
  plans: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    archive_item: 'text',
    locked_key: 'text',
    created_at: 'time',
  },
  packs: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    state: 'text',
    size: 'number',
    locked_key: 'text',
    attempts: 'number',
    created_at: 'time',
    admitted_at: 'time',
  },
  items: {
    id: 'text',
    seq: 'number',
    case_id: 'text',
    sender_id: 'text',
    plan_id: 'text',
    fingerprint: 'bytes',
    size: 'number',
    state: 'text',
    kind: 'text',
    codes: 'texts',
    sealed_name: 'bytes',
    sealed_facts: 'bytes',
    sha256: 'bytes',
    crc32: 'number',
    have: 'text',
    received_in: 'text',
    attempts: 'number',
    created_at: 'time',
    decided_at: 'time',
  },
  served_copies: { item_id: 'text', patches: 'text', sha256: 'bytes', crc32: 'number' },
  extents: {
    item_id: 'text',
    first: 'number',
    count: 'number',
    pack_id: 'text',
    pack_offset: 'number',
    sealed_length: 'number',
    length: 'number',
    sha256: 'bytes',
    crc32: 'number',
    wrapped_key: 'bytes',
  },
  studies: { case_id: 'text', study_uid: 'text', created_at: 'time' },
  series: {
    case_id: 'text',
    study_uid: 'text',
    series_uid: 'text',
    modality: 'text',
    series_number: 'number',
  },
  instances: {
    item_id: 'text',
    case_id: 'text',
    study_uid: 'text',
    series_uid: 'text',
    sop_uid: 'text',
    sop_class: 'text',
    transfer_syntax: 'text',
    modality: 'text',
    series_number: 'number',
    instance_number: 'number',
    rows: 'number',
    columns: 'number',
    frames: 'number',
  },
  disc_lists: { item_id: 'text', case_id: 'text', sealed_list: 'bytes' },
  documents: { item_id: 'text', case_id: 'text', pages: 'number' },
  item_texts: { item_id: 'text', case_id: 'text', sealed_text: 'bytes' },
  verdicts: { seq: 'number', item_id: 'text', at: 'time', outcome: 'text', codes: 'texts' },
  decisions: {
    seq: 'number',
    case_id: 'text',
    item_id: 'text',
    operator_id: 'text',
    act: 'text',
    reason: 'text',
    outcome: 'text',
    sealed_note: 'bytes',
    at: 'time',
  },
} as const satisfies { readonly [Name in keyof Tables]?: ColumnsOf<Name> }

const auditTable = {
  seq: 'number',
  at: 'time',
  action: 'text',
  actor: 'text',
  case_id: 'text',
  object: 'text',
  facts: 'text',
  hash: 'bytes',
} as const satisfies ColumnsOf<'audit'>

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
    await sql`declare kept no scroll cursor for
      select ${columns} from ${sql.table(table.name)} where ${ownRows(table.name, id)} order by ${order}`.execute(
      trx,
    )
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
