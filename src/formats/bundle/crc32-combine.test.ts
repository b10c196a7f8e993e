import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc32 } from './crc32-combine.ts'

const bytes = fc.uint8Array({ maxLength: 3000 })

describe('combineCrc32', () => {
  it('gives the CRC of both runs together', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])))
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same however the runs are grouped', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 12 }), (runs) => {
        const whole = runs.reduce((crc, run) => combineCrc32(crc, crc32(run), run.length), 0)
        expect(whole).toBe(crc32(Buffer.concat(runs)))
      }),
    )
  })

  it('knows runs that are longer than 4 GiB', () => {
    const mebibyte = crc32(Buffer.alloc(2 ** 20))
    let [doubled, stepwise] = [mebibyte, crc32('a')]
    for (let power = 20; power < 33; power++) doubled = combineCrc32(doubled, doubled, 2 ** power)
    for (let i = 0; i < 8192; i++) stepwise = combineCrc32(stepwise, mebibyte, 2 ** 20)
    expect(combineCrc32(crc32('a'), doubled, 2 ** 33)).toBe(stepwise)
  })

  it('refuses a length that is none', () => {
    for (const length of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => combineCrc32(1, 2, length)).toThrow(RangeError)
  })
})
