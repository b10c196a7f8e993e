import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestOf, gather } from './gathering.ts'

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64')

const addAll = (gathering: ReturnType<typeof gather>, bytes: Buffer, size: number): void => {
  for (let at = 0; at < bytes.length; at += size) gathering.add([bytes.subarray(at, at + size)])
}

describe('gathering', () => {
  it.each([0, 1, 1_048_575, 1_048_576, 1_048_577, 3_500_000])('keeps %i bytes and their digest', (size) => {
    const bytes = randomBytes(size)
    for (const step of [65_536, 999_983, 5_000_000]) {
      const gathering = gather()
      addAll(gathering, bytes, step)
      expect(gathering.bytes).toBe(size)
      const { pieces, digest } = gathering.whole()
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
      expect(digest).toBe(sha256(bytes))
      expect(digestOf(pieces)).toBe(digest)
      gathering.reuse()
      expect(gathering.bytes).toBe(0)
    }
  })

  it('cuts parts off while more comes', () => {
    const bytes = randomBytes(5_000_000)
    const gathering = gather()
    const parts: Buffer[] = []
    for (let at = 0; at < bytes.length; at += 300_007) {
      gathering.add([bytes.subarray(at, at + 300_007)])
      while (gathering.bytes >= 700_000) {
        const part = Buffer.concat(gathering.cut(700_000))
        expect(part.length).toBe(700_000)
        parts.push(part)
      }
    }
    parts.push(Buffer.concat(gathering.cut(gathering.bytes)))
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
    expect(gathering.bytes).toBe(0)
    expect(gathering.cut(10)).toEqual([])
  })

  it('never gives memory to two at once', () => {
    const first = gather()
    first.add([Buffer.alloc(2_000_000, 1)])
    const kept = first.whole().pieces
    const second = gather()
    second.add([Buffer.alloc(2_000_000, 2)])
    second.reuse()
    const third = gather()
    third.add([Buffer.alloc(2_000_000, 3)])
    const parts = third.cut(1_500_000)
    third.reuse()
    const fourth = gather()
    fourth.add([Buffer.alloc(3_000_000, 4)])
    expect(Buffer.concat(kept).equals(Buffer.alloc(2_000_000, 1))).toBe(true)
    expect(Buffer.concat(parts).equals(Buffer.alloc(1_500_000, 3))).toBe(true)
  })
})
