/** Fragments that go by in pieces of any size: their end is found, and damage is told, wherever it is cut. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { watchFragments } from './watch-fragments.ts'

const item = (length: number, said = length): Buffer => {
  const bytes = Buffer.alloc(8 + length, 0xfe)
  bytes.writeUInt32LE(0xe000fffe, 0)
  bytes.writeUInt32LE(said, 4)
  return bytes
}
const element = Buffer.from('e07f10004f420000ffffffff', 'hex')
const delimiter = Buffer.from('feffdde000000000', 'hex')

/** Bytes taken, or null for damage, of what is cut at these lengths over and over. */
const takeAll = (bytes: Buffer, cuts: readonly number[]) => {
  const watch = watchFragments(element.length)
  let taken = 0
  for (let at = 0, nth = 0; at < bytes.length && !watch.ended(); nth += 1) {
    const piece = bytes.subarray(at, at + (cuts[nth % cuts.length] ?? 1))
    const some = watch.take(piece)
    if (some === null) return { taken: null, ended: watch.ended() }
    taken += some
    at += piece.length
  }
  return { taken, ended: watch.ended() }
}

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('watchFragments', () => {
  it('finds the end of any fragments, and takes nothing behind it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 8 }), cuts, fc.nat(50), (lengths, some, behind) => {
        const whole = Buffer.concat([element, ...lengths.map((length) => item(length)), delimiter])
        expect(takeAll(Buffer.concat([whole, Buffer.alloc(behind, 7)]), some)).toEqual({
          taken: whole.length,
          ended: true,
        })
      }),
    )
  })

  it('does not end what breaks off, or what says it is longer', () => {
    fc.assert(
      fc.property(fc.nat(60), cuts, fc.nat(67), (length, some, missing) => {
        const whole = Buffer.concat([element, item(length), delimiter])
        expect(takeAll(whole.subarray(0, -1 - missing), some).ended).toBe(false)
      }),
    )
    expect(takeAll(Buffer.concat([element, item(10, 4_000_000_000), delimiter]), [9]).ended).toBe(false)
  })

  it('tells of what is no item, or an item without a length', () => {
    for (const bad of [Buffer.alloc(8, 1), item(0, 0xffffffff)])
      expect(takeAll(Buffer.concat([element, bad, delimiter]), [5]).taken).toBeNull()
  })
})
