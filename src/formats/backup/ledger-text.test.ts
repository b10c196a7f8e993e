/** A ledger's text: a line is read as it was written, and what is no line of ours is refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCaseKeys, readLedgerLine, readPacks, writeLedgerLine } from './ledger-text.ts'

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

const gather = async <T>(entries: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const entry of entries) all.push(entry)
  return all
}

const id = (end: number): string => `00000000-0000-4000-8000-${String(end).padStart(12, '0')}`
const line = (table: string, row: object): string => writeLedgerLine({ table, row: JSON.stringify(row) })

describe('ledger text', () => {
  it('gives every row back as it was, to the letter', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z_]{1,20}$/),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (table, row) => {
          const written = { table, row: JSON.stringify(row, null, 1) }
          expect(readLedgerLine(writeLedgerLine(written))).toEqual(written)
        },
      ),
    )
  })

  it('refuses what it did not write', async () => {
    for (const bad of ['', '[]', '["Items",{}]', '{"items":{}}', '["items",{}', 'x["items",{}]'])
      expect(() => readLedgerLine(bad)).toThrow('store.damaged')
    for (const bad of [
      '["packs",{]',
      '["packs",7]',
      line('packs', { id: '../x', size: 1 }),
      line('packs', { id: id(1), size: '1' }),
    ])
      await expect(gather(readPacks(each([bad])))).rejects.toThrow('store.damaged')
    await expect(gather(readCaseKeys(each([line('cases', { id: 'x' })])))).rejects.toThrow('store.damaged')
  })

  it('finds the packs that count: not dropped ones, nor those of an erased case', async () => {
    const lines = [
      line('cases', { id: id(1), state: 'ready', wrapped_key: 'k' }),
      line('cases', { id: id(2), state: 'erased', wrapped_key: null }),
      line('items', { id: id(9) }),
      line('packs', { id: id(11), case_id: id(1), state: 'admitted', size: 5 }),
      line('packs', { id: id(12), case_id: id(1), state: 'dropped', size: 6 }),
      line('packs', { id: id(13), case_id: id(2), state: 'admitted', size: 7 }),
    ]
    expect(await gather(readPacks(each(lines)))).toEqual([{ id: id(11), size: 5 }])
    expect(await gather(readCaseKeys(each(lines)))).toEqual([{ id: id(1), wrappedKey: 'k' }])
  })
})
