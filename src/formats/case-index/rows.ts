/** Rows of the ledger as lines of an index's body, and back. What is not exactly such a line throws `store.damaged`. */
import { canonicalJson } from '#domain/canonical-json.ts'
import { Fault } from '#domain/fault.ts'
import { type ColumnKind, columnKinds, type KeptRows, type KeptTable, type KeptValue } from '#domain/kept.ts'
import { parseJson } from '#formats/json-object.ts'

const damaged = (): Fault => new Fault('store.damaged')

const writeValue = (value: KeptValue): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
  return value instanceof Date ? value.toISOString() : value
}

/** The line that says which table's rows follow. */
export const writeTable = ({ name, columns }: KeptTable): string =>
  `${canonicalJson({ table: name, columns })}\n`

/** The line of one row. */
export const writeRow = (row: readonly KeptValue[]): string => `${canonicalJson(row.map(writeValue))}\n`

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')

const base64url = /^[A-Za-z0-9_-]*$/
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const readers: Readonly<Record<ColumnKind, (value: unknown) => KeptValue | undefined>> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  number: (value) => (typeof value === 'number' ? value : undefined),
  bytes: (value) =>
    typeof value === 'string' && base64url.test(value) ? Buffer.from(value, 'base64url') : undefined,
  time: (value) =>
    typeof value === 'string' && moment.test(value) && !Number.isNaN(Date.parse(value))
      ? new Date(value)
      : undefined,
  texts: (value) => (isTexts(value) ? value : undefined),
}

const readTable = (line: Readonly<Record<string, unknown>>): KeptTable => {
  const { table, columns } = line
  if (typeof table !== 'string' || !Array.isArray(columns)) throw damaged()
  const read = columns.map((column: unknown): readonly [string, ColumnKind] => {
    const [name, kind] = isTexts(column) ? column : []
    const known = columnKinds.find((one) => one === kind)
    if (name === undefined || known === undefined) throw damaged()
    return [name, known]
  })
  return { name: table, columns: read }
}

const readRow = ({ columns }: KeptTable, values: readonly unknown[]): readonly KeptValue[] => {
  if (values.length !== columns.length) throw damaged()
  return columns.map(([, kind], index) => {
    const value = values[index] === null ? null : readers[kind](values[index])
    if (value === undefined) throw damaged()
    return value
  })
}

/** Reads one line after the other; gives the row of a row's line, and null for a table's. */
export const createRowReader = () => {
  let table: KeptTable | null = null
  return (line: string): { table: KeptTable; row: readonly KeptValue[] } | null => {
    const value = parseJson(line)
    if (typeof value !== 'object' || value === null) throw damaged()
    if (!Array.isArray(value)) {
      table = readTable({ ...value })
      return null
    }
    if (table === null) throw damaged()
    return { table, row: readRow(table, value) }
  }
}

/** Gathers rows of the same table, up to `most` at once. */
export async function* gatherRows(
  rows: AsyncIterable<{ table: KeptTable; row: readonly KeptValue[] }>,
  most: number,
): AsyncGenerator<KeptRows> {
  let table: KeptTable | null = null
  let some: (readonly KeptValue[])[] = []
  for await (const next of rows) {
    if (table !== null && (table !== next.table || some.length === most)) {
      yield { table, rows: some }
      some = []
    }
    table = next.table
    some.push(next.row)
  }
  if (table !== null && some.length > 0) yield { table, rows: some }
}
