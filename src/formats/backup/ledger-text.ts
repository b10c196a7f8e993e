/**
 * A ledger as text: one line a row, `["table",{…}]`, parents before children. The row is JSON as the ledger gave
 * it and is never written anew.
 */
import { Fault } from '#domain/fault.ts'
import { type CaseId, type PackId, readId } from '#domain/id.ts'
import { parseObject } from '#formats/json-object.ts'

export type LedgerLine = { readonly table: string; readonly row: string }

const opening = /^\["([a-z_]+)",/

/** A row as a line. */
export const writeLedgerLine = ({ table, row }: LedgerLine): string => `["${table}",${row}]`

/** A line's row. @throws `store.damaged` for a line of another form. */
export const readLedgerLine = (line: string): LedgerLine => {
  const [head, table] = opening.exec(line) ?? []
  if (head === undefined || table === undefined || !line.endsWith(']')) throw new Fault('store.damaged')
  return { table, row: line.slice(head.length, -1) }
}

export type NamedPack = { readonly id: PackId; readonly size: number }

/** Packs that a text's ledger counts on: not dropped, and not of an erased case. @throws `store.damaged` */
export async function* readPacks(lines: AsyncIterable<string>): AsyncGenerator<NamedPack> {
  const erased = new Set<unknown>()
  for await (const line of lines) {
    const { table, row } = readLedgerLine(line)
    if (table !== 'cases' && table !== 'packs') continue
    const { id, state, size, case_id: owner } = parseObject(row)
    if (table === 'cases' && state === 'erased') erased.add(id)
    if (table !== 'packs' || state === 'dropped' || erased.has(owner)) continue
    const pack = readId<PackId>(id)
    if (pack === null || !Number.isSafeInteger(size)) throw new Fault('store.damaged')
    yield { id: pack, size: Number(size) }
  }
}

/** Cases of a text's ledger that have a key, with that key as it is wrapped. @throws `store.damaged` */
export async function* readCaseKeys(
  lines: AsyncIterable<string>,
): AsyncGenerator<{ readonly id: CaseId; readonly wrappedKey: string }> {
  for await (const line of lines) {
    const { table, row } = readLedgerLine(line)
    if (table !== 'cases') continue
    const { id, wrapped_key: wrappedKey } = parseObject(row)
    const owner = readId<CaseId>(id)
    if (owner === null) throw new Fault('store.damaged')
    if (typeof wrappedKey === 'string') yield { id: owner, wrappedKey }
  }
}
