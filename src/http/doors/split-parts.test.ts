/** The splitter: every byte of every part and none more, wherever the pieces are cut and whatever stands around. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeded } from '#fixtures/seeded.ts'
import { mostPartHeader, splitParts } from './split-parts.ts'

type Split = { readonly parts: Buffer[]; readonly whole: boolean; readonly refused: boolean; open: number }

const split = (boundary: string, pieces: readonly Buffer[]): Split => {
  const parts: Buffer[][] = []
  let open = 0
  const splitter = splitParts(boundary, {
    begin: () => {
      open += 1
      parts.push([])
    },
    push: (bytes) => {
      if (open !== 1 || bytes.length === 0) throw new Error('out of turn')
      parts.at(-1)?.push(Buffer.from(bytes))
    },
    end: () => {
      open -= 1
    },
  })
  let refused = false
  for (const piece of pieces) {
    if (!splitter.push(piece)) {
      refused = true
      break
    }
    // Nothing of a piece may be kept.
    piece.fill(0)
  }
  return { parts: parts.map((list) => Buffer.concat(list)), whole: splitter.end(), refused, open }
}

const cut = (body: Buffer, ...at: number[]): Buffer[] =>
  [0, ...at].map((from, index) => Buffer.from(body.subarray(from, at[index] ?? body.length)))

const header = 'Content-Type: application/dicom\r\n'

const write = (boundary: string, parts: readonly (Buffer | string)[], end = '\r\n', head = header): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`--${boundary}${end}${head.replaceAll('\r\n', end)}${end}`),
      Buffer.from(part),
      Buffer.from(end),
    ]),
    Buffer.from(`--${boundary}--${end}`),
  ])

const texts = ({ parts }: Split): string[] => parts.map((part) => part.toString('latin1'))

describe('splitParts', () => {
  const tricky = [
    'DICM',
    '',
    '\r\n--B',
    'x\r\n--BOUND\r\n',
    '\r',
    '\n',
    '\r\n',
    'a\n--BOUNDARY\nb',
    '--BOUNDARYx',
    'end\r\n--BOUNDARY -',
  ]

  it.each(['\r\n', '\n'])('gives every byte back, cut at any two places (%j)', (end) => {
    const parts = end === '\n' ? tricky.filter((text) => !text.includes('\n--BOUNDARY\n')) : tricky
    const body = write('BOUNDARY', parts, end)
    for (let first = 0; first <= body.length; first += 1) {
      const result = split('BOUNDARY', cut(body, first))
      expect([texts(result), result.whole, result.open]).toEqual([parts, true, 0])
    }
    for (let first = 0; first <= body.length; first += 1)
      for (let width = 1; width < 20; width += 3) {
        const result = split('BOUNDARY', cut(body, first, Math.min(body.length, first + width)))
        expect([texts(result), result.whole]).toEqual([parts, true])
      }
    expect(
      texts(
        split(
          'BOUNDARY',
          Array.from(body, (byte) => Buffer.from([byte])),
        ),
      ),
    ).toEqual(parts)
  })

  it('gives back whatever the parts hold, for any boundary and any cuts', () => {
    const characters = Array.from("0123456789abcXYZ'()+_,-./:=?")
    const boundaries = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 128 })
    // Bytes from which delimiters are made, so that near misses are common.
    const contents = (boundary: string) =>
      fc
        .array(fc.constantFrom('\r', '\n', '\r\n', '-', '--', boundary.slice(0, -1), 'a', '\0'), {
          maxLength: 40,
        })
        .map((list) => list.join(''))
        .filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${boundary}`))
    const cases = boundaries.chain((boundary) =>
      fc.tuple(
        fc.constant(boundary),
        fc.array(contents(boundary), { maxLength: 6 }),
        fc.array(fc.nat(2_000), { maxLength: 8 }),
      ),
    )
    fc.assert(
      fc.property(cases, ([boundary, parts, cuts]) => {
        const body = write(boundary, parts)
        const places = cuts.map((at) => at % (body.length + 1)).toSorted((a, b) => a - b)
        const result = split(boundary, cut(body, ...places))
        expect([texts(result), result.whole, result.refused]).toEqual([parts, true, false])
      }),
      { numRuns: 400 },
    )
  })

  it('passes over what stands before and behind, but not without end', () => {
    const body = write('B', ['one'])
    const around = (before: string, behind: string) =>
      split('B', [Buffer.concat([Buffer.from(before), body, Buffer.from(behind)])])
    expect(texts(around('\r\n', ''))).toEqual(['one'])
    expect(texts(around('This is a message.\r\n--Bx\r\n\r\n', 'bye\r\n--B\r\n\r\nnot a part'))).toEqual([
      'one',
    ])
    expect(around('x'.repeat(70_000), '').refused).toBe(true)
    expect(around('', 'x'.repeat(70_000)).refused).toBe(true)
  })

  it('takes parts without header, white space behind a boundary, and an empty part without its own line end', () => {
    expect(texts(split('B', [Buffer.from('--B \t\r\n\r\nx\r\n--B\t--\r\n--B--')]))).toEqual(['x\r\n--B\t--'])
    expect(texts(split('B', [Buffer.from('--B\r\nA: b\r\n\r\n--B\r\n\r\ny\r\n--B--')]))).toEqual(['', 'y'])
    expect(split('B', [Buffer.from('--B--')])).toMatchObject({ parts: [], whole: true })
  })

  it.each([
    ['nothing', ''],
    ['no boundary', 'abc'],
    ['another boundary', '--C\r\n\r\nx\r\n--C--\r\n'],
    ['only a beginning', '--B\r\nA: b'],
    ['no last boundary', '--B\r\n\r\nx\r\n--B\r\n\r\ny'],
    ['half of the last boundary', '--B\r\n\r\nx\r\n--B-'],
  ])('is not whole with %s', (_, text) => {
    expect(split('B', [Buffer.from(text)]).whole).toBe(false)
  })

  it('refuses a header that is too long, and takes the longest one', () => {
    const long = (bytes: number) => write('B', ['x'], '\r\n', `A: ${'y'.repeat(bytes - 7)}\r\n`)
    expect(texts(split('B', [long(mostPartHeader)]))).toEqual(['x'])
    expect(split('B', [long(mostPartHeader + 1)])).toMatchObject({ parts: [], refused: true })
    expect(
      split(
        'B',
        Array.from(long(9_000), (byte) => Buffer.from([byte])),
      ),
    ).toMatchObject({ refused: true })
  })

  it('takes 10,000 parts in pieces of 64 KiB', () => {
    const parts = Array.from({ length: 10_000 }, (_, index) => Buffer.alloc(index % 50, index))
    const body = write('B', parts)
    const cuts = Array.from({ length: Math.floor(body.length / 65_536) }, (_, index) => (index + 1) * 65_536)
    const result = split('B', cut(body, ...cuts))
    expect(result.parts.length).toBe(10_000)
    expect(result.parts.every((part, index) => part.equals(parts[index] as Buffer))).toBe(true)
  })

  it('never throws and never keeps a part open behind the last boundary, whatever is done to a good body', () => {
    const good = write('B', ['abc', '', 'de\r\n--'])
    const random = seeded('related parts')
    for (let round = 0; round < 3_000; round += 1) {
      const bad = Buffer.from(good)
      for (let bits = 0; bits <= round % 4; bits += 1) bad[random.below(bad.length)] = random.below(256)
      const result = split('B', cut(bad, random.below(bad.length)))
      expect(result.whole ? result.open : 0).toBe(0)
    }
  })
})
