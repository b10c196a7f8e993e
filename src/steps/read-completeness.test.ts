/** The step over a ledger of made-up rows and a key that seals nothing: what is counted as come, and what is not. */
import { describe, expect, it } from 'vitest'
import type { CaseState } from '#domain/case.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { sealDiscList } from '#formats/disc-list.ts'
import { packText } from '#formats/item-text.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import type { CameItem } from '#ports/completeness-ledger.ts'
import { readCompleteness } from './read-completeness.ts'

const of = 'the case' as CaseId
const key = { unseal: (sealed: Uint8Array) => sealed } as unknown as CaseKey

const item = (over: Partial<CameItem>): CameItem => ({
  id: 'an item' as ItemId,
  state: 'accepted',
  codes: [],
  instance: null,
  sealedFacts: null,
  sealedList: null,
  ...over,
})

const slice = (number: number, over: Partial<CameItem> = {}): CameItem =>
  item({
    instance: {
      studyUid: '1.1',
      seriesUid: '1.1.1',
      sopUid: `1.1.1.${number}`,
      sopClass: '1.2.840.10008.5.1.4.1.1.2',
      transferSyntax: '1.2.840.10008.1.2.1',
      modality: 'CT',
      seriesNumber: 1,
      instanceNumber: number,
      rows: 16,
      columns: 16,
      frames: 1,
    },
    sealedFacts: Buffer.from(JSON.stringify({ expected: { seriesInstances: 4 } })),
    ...over,
  })

const read = async (
  items: readonly CameItem[],
  { state = 'ready' as CaseState, sealed = true, texts = [] as string[] } = {},
) => {
  const row = {
    id: of,
    state,
    revision: 1,
    createdAt: new Date(0),
    details: null,
    keys: sealed ? { wrappedKey: 'w', intakeKey: 'i' } : null,
  }
  const found = await readCompleteness({
    cases: { findCase: async (id) => (id === of ? row : null) },
    completeness: { cameOf: async () => items },
    vault: { open: async () => key } as unknown as Parameters<typeof readCompleteness>[0]['vault'],
    delivery: {
      documents: async () => ({
        wrappedKey: 'w',
        documents: texts.map((text) => ({ item: 'a document' as ItemId, sealedText: packText(text) })),
      }),
    },
  })(of, 'desk')
  return 'refused' in found ? found.refused : found.map(({ code, came, expected }) => [code, came, expected])
}

describe('readCompleteness', () => {
  it('counts what readers see and what waits, and nothing that was refused or left out', async () => {
    const items = [
      slice(1),
      slice(2, { state: 'released' }),
      slice(3, { state: 'quarantined' }),
      slice(4, { state: 'discarded' }),
    ]
    expect(await read(items)).toEqual([
      ['SERIES_IMAGES_MISSING', 3, 4],
      ['WAITING', 1, null],
    ])
  })

  it('compares with the disc’s list, and tells of files by what became of them', async () => {
    const list = sealDiscList(['1.1.1.1', '1.1.1.2', '9.9'], (bytes) => bytes).sealedList ?? null
    const items = [
      item({ state: 'rejected', codes: ['DICOM_DIRECTORY'], sealedList: list }),
      item({ state: 'rejected', codes: ['DUPLICATE'] }),
      item({ state: 'rejected', codes: ['PDF_UNREADABLE'] }),
      item({ state: 'rejected', codes: ['LEFT_OUT_PROGRAM'] }),
      item({ state: 'quarantined', codes: ['PDF_PASSWORD'] }),
      item({ state: 'receiving' }),
      item({ state: 'received' }),
      slice(1, { sealedFacts: Buffer.from('{}') }),
    ]
    expect(await read(items)).toEqual([
      ['CD_INCOMPLETE', 1, 3],
      ['STILL_COMING', 2, null],
      ['WAITING', 1, null],
      ['UNREADABLE', 1, null],
      ['DUPLICATES', 1, null],
    ])
  })

  it('reads what documents mention', async () => {
    expect(await read([], { texts: ['MRT des Knies'] })).toEqual([['MENTIONED_NOT_CAME', null, null]])
  })

  it('lets others have the process while it reads a case of many images', async () => {
    const items = Array.from({ length: 5_000 }, (_, number) => slice(number))
    let turns = 0
    let over = false
    const turn = (): void => {
      turns += 1
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    await read(items)
    over = true
    expect(turns).toBeGreaterThan(15)
  })

  it('is refused for a case that is not read any more', async () => {
    expect(await read([], { state: 'closed' })).toBe('case.closed')
    expect(await read([], { sealed: false })).toBe('case.closed')
  })
})
