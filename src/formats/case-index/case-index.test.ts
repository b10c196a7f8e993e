/** Index objects: read from their description alone; what a writer made a reader gives back; anything else is refused. */
import { createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import { type ColumnKind, columnKinds, type KeptRows, type KeptValue } from '#domain/kept.ts'
import { readHead, readRows } from './reader.ts'
import { createIndexWriter, type IndexIdentity, writeEnded } from './writer.ts'

const sourceOf = (object: Buffer) => ({
  read: async (offset: number, length: number) => {
    if (offset < 0 || offset + length > object.length) throw new Fault('store.damaged')
    return object.subarray(offset, offset + length)
  },
})

const of = '11111111-2222-4333-8444-555555555555' as CaseId
const identity: IndexIdentity = { kind: 'case', of, sequence: 1_762_084_800_000 }
const fixed = { salt: Buffer.alloc(32, 7), prefix: Buffer.alloc(7, 9) }
const bodyKey = Buffer.alloc(32, 3)
const keys = { key: '1.0123456789abcdef.box', bodyKey, wrappedBodyKey: Buffer.alloc(40, 5) }

const rows: readonly KeptRows[] = [
  {
    table: {
      name: 'cases',
      columns: [
        ['id', 'text'],
        ['revision', 'number'],
        ['created_at', 'time'],
      ],
    },
    rows: [[of, 3, new Date('2026-11-02T12:00:00.000Z')]],
  },
  {
    table: {
      name: 'items',
      columns: [
        ['sealed_name', 'bytes'],
        ['codes', 'texts'],
        ['kind', 'text'],
      ],
    },
    rows: [
      [Buffer.from([0xfb, 0xff, 0]), ['BAD_VR', 'PDF_URI'], null],
      [Buffer.alloc(0), [], 'dicom'],
    ],
  },
]

const write = (all: readonly KeptRows[], as = identity, start?: typeof fixed): Buffer => {
  const writer = createIndexWriter(as, keys, start)
  const out: Uint8Array[] = []
  for (const some of all) {
    writer.add(some)
    out.push(...writer.take())
  }
  writer.finish()
  return Buffer.concat([...out, ...writer.take()])
}

const read = async (object: Buffer): Promise<KeptRows[]> => {
  const source = sourceOf(object)
  const all: KeptRows[] = []
  for await (const some of readRows(source, await readHead(source, object.length), bodyKey)) all.push(some)
  return all
}

const damaged = { name: 'Fault', code: 'store.damaged' }

const head =
  `{"bodyKey":"${'BQUF'.repeat(13)}BQ","key":"1.0123456789abcdef.box","kind":"case",` +
  `"of":"${of}","sequence":1762084800000,"version":1}`

const body = [
  '{"columns":[["id","text"],["revision","number"],["created_at","time"]],"table":"cases"}',
  `["${of}",3,"2026-11-02T12:00:00.000Z"]`,
  '{"columns":[["sealed_name","bytes"],["codes","texts"],["kind","text"]],"table":"items"}',
  '["-_8A",["BAD_VR","PDF_URI"],null]',
  '["",[],"dicom"]',
  '',
].join('\n')

describe('the format', () => {
  it('is what its description says, to a reader written from that alone', () => {
    const object = write(rows, identity, fixed)
    expect(object.subarray(0, 8).toString('latin1')).toBe('SRINDX01')
    const end = 12 + object.readUInt32BE(8)
    expect(object.subarray(12, end).toString()).toBe(head)
    const sealed = object.subarray(end)
    const info = `second-read/1/index/case/${of}/1762084800000`
    const key = Buffer.from(hkdfSync('sha256', bodyKey, sealed.subarray(1, 33), info, 32))
    const nonce = Buffer.concat([sealed.subarray(33, 40), Buffer.from([0, 0, 0, 0, 1])])
    const open = createDecipheriv('aes-256-gcm', key, nonce)
    open.setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([open.update(sealed.subarray(40, -16)), open.final()])
    expect(plain.toString()).toBe(body)
  })

  it('never changes a byte', () => {
    const sum = (object: Buffer) => createHash('sha256').update(object).digest('hex')
    expect(sum(write(rows, identity, fixed))).toBe(
      'da57c9583c7764202495a04400b304eedb8becc5cfa8545958648a95a3dc0eb4',
    )
    expect(sum(writeEnded(identity))).toBe('6c3728c95d21f3bf8fde00076fd08ee62cbbe0c13c4405f6b6721c6ab596c903')
  })
})

const valueOf: Record<ColumnKind, fc.Arbitrary<KeptValue>> = {
  text: fc.string({ unit: 'binary' }),
  number: fc.oneof(fc.integer(), fc.maxSafeInteger()),
  bytes: fc.uint8Array({ maxLength: 300 }).map((value) => Buffer.from(value)),
  time: fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }),
  texts: fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
}

const anyRows: fc.Arbitrary<KeptRows> = fc
  .array(fc.constantFrom(...columnKinds), { minLength: 1, maxLength: 6 })
  .chain((kinds) =>
    fc.record({
      table: fc.constant({
        name: 'table',
        columns: kinds.map((kind, index): readonly [string, ColumnKind] => [`c${index}`, kind]),
      }),
      rows: fc.array(fc.tuple(...kinds.map((kind) => fc.option(valueOf[kind]))), {
        minLength: 1,
        maxLength: 20,
      }),
    }),
  )

describe('reading', () => {
  it('gives back whatever was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRows, { minLength: 1, maxLength: 5 }), async (all) => {
        expect(await read(write(all))).toEqual(all)
      }),
    )
  })

  it('gives many rows out in runs, over every seam of the sealed stream', async () => {
    const table = { name: 'items', columns: [['name', 'bytes']] as const }
    const many = Array.from({ length: 2_500 }, () => [randomBytes(100)])
    const all = await read(write([{ table, rows: many }]))
    expect(all.map((some) => some.rows.length)).toEqual([1_000, 1_000, 500])
    expect(all.flatMap((some) => some.rows)).toEqual(many)
  })

  it('knows a case that is not to come back', async () => {
    const object = writeEnded(identity)
    const found = await readHead(sourceOf(object), object.length)
    expect(found).toMatchObject({ ...identity, keys: null })
  })

  it('refuses another case, sequence or kind than its body was sealed for', async () => {
    const object = write(rows)
    const found = await readHead(sourceOf(object), object.length)
    const others: Partial<IndexIdentity>[] = [{ sequence: 1 }, { kind: 'audit' }, { of: randomId() }]
    for (const other of others)
      await expect(readRows(sourceOf(object), { ...found, ...other }, bodyKey).next()).rejects.toMatchObject(
        damaged,
      )
  })

  it('refuses any object that is cut', async () => {
    const object = write(rows)
    for (let length = 0; length < object.length; length += 1)
      await expect(read(object.subarray(0, length))).rejects.toMatchObject(damaged)
  })

  it('refuses any changed byte, or gives what was written', async () => {
    const object = write(rows)
    await fc.assert(
      fc.asyncProperty(fc.nat(object.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(object)
        changed[at] = (changed[at] ?? 0) ^ change
        const outcome = await read(changed).then(
          (all) => (isDeepStrictEqual(all, rows) ? 'the same' : 'something else'),
          (error: unknown) => (error instanceof Fault ? error.code : 'no fault'),
        )
        expect(['the same', 'store.damaged']).toContain(outcome)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses bytes that are no index', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (bytes) => {
        await expect(read(Buffer.from(bytes))).rejects.toMatchObject(damaged)
        await expect(
          read(Buffer.concat([Buffer.from('SRINDX01\0\0\0\x02{}', 'latin1'), bytes])),
        ).rejects.toMatchObject(damaged)
      }),
    )
  })

  it('refuses rows that are not of their columns', async () => {
    const table = { name: 't', columns: [['a', 'number']] as const }
    for (const row of [[], [1, 2], ['1'], [['1']]])
      await expect(read(write([{ table, rows: [row] }]))).rejects.toMatchObject(damaged)
    for (const [kind, value] of [
      ['bytes', '#'],
      ['time', '2026'],
      ['time', '2026-13-45T99:00:00.000Z'],
      ['texts', 'x'],
      ['text', 1],
    ] as const)
      await expect(
        read(write([{ table: { name: 't', columns: [['a', kind]] }, rows: [[value]] }])),
      ).rejects.toMatchObject(damaged)
  })
})

const randomId = (): CaseId => crypto.randomUUID() as string as CaseId
