/** The sealed stream: vectors, an independent reader, and properties. */
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { firstPlainBytes, plainBytes, sealedLength, segmentBytes } from './layout.ts'
import { openAll, openRange, plainLength } from './opener.ts'
import { createSealer, sealAll } from './sealer.ts'

const folder = join(import.meta.dirname, '../../../fixtures/vectors')

type Vector = {
  readonly name: string
  readonly fields: ReadonlyMap<string, string>
  readonly key: Buffer
  readonly associated: string
  readonly length: number
  readonly sealed: Buffer
}

const vectors: Vector[] = readdirSync(folder).map((name) => {
  const bytes = readFileSync(join(folder, name))
  const end = bytes.indexOf('\n\n')
  const lines = bytes.subarray(0, end).toString('utf8').split('\n')
  const fields = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  return {
    name,
    fields,
    key: Buffer.from(fields.get('key') ?? '', 'hex'),
    associated: fields.get('associated') ?? '',
    length: Number(fields.get('length')),
    sealed: bytes.subarray(end + 2),
  }
})

const good = vectors.filter((vector) => vector.fields.get('expect') === 'ok')
const bad = vectors.filter((vector) => vector.fields.get('expect') === 'damaged')

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const sourceOf = (sealed: Buffer) => ({
  read: async (offset: number, length: number) => {
    if (offset + length > sealed.length) throw new Fault('store.damaged')
    return sealed.subarray(offset, offset + length)
  },
})

const openByRange = async (
  { key, associated, sealed, length }: Pick<Vector, 'key' | 'associated' | 'sealed' | 'length'>,
  start: number,
  end: number,
): Promise<Buffer> => {
  const out: Buffer[] = []
  for await (const batch of openRange(sourceOf(sealed), key, associated, length, start, end))
    out.push(...batch)
  return Buffer.concat(out)
}

/** A reader written from the comment in layout.ts alone, on another implementation of the cryptography. */
const openIndependently = async ({ key, associated, sealed }: Vector): Promise<Buffer> => {
  if (sealed[0] !== 40) throw new Error('header')
  const material = await webcrypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(associated)
  const derived = await webcrypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: sealed.subarray(1, 33), info },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['decrypt'],
  )
  const plain: Buffer[] = []
  const count = Math.max(1, Math.ceil(sealed.length / 65_536))
  for (let index = 0; index < count; index += 1) {
    const segment = sealed.subarray(index === 0 ? 40 : index * 65_536, (index + 1) * 65_536)
    const counter = Buffer.alloc(5)
    counter.writeUInt32BE(index)
    counter[4] = index === count - 1 ? 1 : 0
    const iv = Buffer.concat([sealed.subarray(33, 40), counter])
    plain.push(
      Buffer.from(await webcrypto.subtle.decrypt({ name: 'AES-GCM', iv, tagLength: 128 }, derived, segment)),
    )
  }
  return Buffer.concat(plain)
}

describe('sealed stream: vectors that open', () => {
  it('there are vectors of both kinds', () => {
    expect(good.length).toBeGreaterThanOrEqual(7)
    expect(bad.length).toBeGreaterThanOrEqual(16)
  })

  it.each(good)('$name opens whole, and to a reader written from the description', async (vector) => {
    const plain = openAll(vector.key, vector.associated, vector.sealed)
    expect(plain.length).toBe(vector.length)
    expect(sha256(plain)).toBe(vector.fields.get('sha256'))
    expect(sha256(await openIndependently(vector))).toBe(vector.fields.get('sha256'))
  })

  it.each(good)('$name opens by range', async (vector) => {
    const plain = openAll(vector.key, vector.associated, vector.sealed)
    const edges = [
      0,
      1,
      firstPlainBytes - 1,
      firstPlainBytes,
      firstPlainBytes + 1,
      firstPlainBytes + plainBytes,
    ]
    for (const start of edges)
      for (const end of [...edges, vector.length]) {
        if (start >= end || end > vector.length) continue
        expect((await openByRange(vector, start, end)).equals(plain.subarray(start, end))).toBe(true)
      }
  })

  it.each(good)(
    '$name is sealed again to the same bytes, whole, in odd pieces and byte by byte',
    (vector) => {
      const plain = openAll(vector.key, vector.associated, vector.sealed)
      const fixed = { salt: vector.sealed.subarray(1, 33), prefix: vector.sealed.subarray(33, 40) }
      for (const size of [Math.max(1, plain.length), 65_536, 10_007, 1])
        for (const length of [undefined, plain.length]) {
          const out: Uint8Array[] = []
          const sealer = createSealer(vector.key, vector.associated, { length, fixed })
          for (let at = 0; at < plain.length; at += size) sealer.push(plain.subarray(at, at + size), out)
          sealer.end(out)
          expect(Buffer.concat(out).equals(vector.sealed)).toBe(true)
          expect(sealer.sealed).toBe(vector.sealed.length)
        }
    },
  )
})

describe('sealed stream: vectors that must not open', () => {
  it.each(bad)('$name: $why', async (vector) => {
    expect(() => openAll(vector.key, vector.associated, vector.sealed)).toThrow('store.damaged')
    await expect(openIndependently(vector)).rejects.toBeInstanceOf(Error)
  })

  it.each(bad.filter((vector) => vector.length > 0))(
    '$name does not open by range either',
    async (vector) => {
      await expect(openByRange(vector, 0, vector.length)).rejects.toThrow('store.damaged')
    },
  )
})

describe('sealed stream: properties', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 3 * segmentBytes }),
    fc.constantFrom(0, firstPlainBytes, firstPlainBytes + plainBytes, firstPlainBytes + 2 * plainBytes),
  )

  it('lengths answer each other', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), (plain) => {
        expect(plainLength(sealedLength(plain))).toBe(plain)
      }),
    )
  })

  it('what was sealed in any pieces opens to the same, at any range', async () => {
    await fc.assert(
      fc.asyncProperty(
        length,
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(),
        fc.nat(),
        async (size, piece, a, b) => {
          const plain = randomBytes(size)
          const key = randomBytes(32)
          const out: Uint8Array[] = []
          const sealer = createSealer(key, 'x', { length: size % 2 === 0 ? size : undefined })
          for (let at = 0; at < size; at += piece) sealer.push(plain.subarray(at, at + piece), out)
          sealer.end(out)
          const sealed = Buffer.concat(out)
          expect(sealed.length).toBe(sealedLength(size))
          expect(openAll(key, 'x', sealed).equals(plain)).toBe(true)
          const [start = 0, end = 0] = [a % (size + 1), b % (size + 1)].toSorted((x, y) => x - y)
          const vector = { key, associated: 'x', sealed, length: size }
          expect((await openByRange(vector, start, end)).equals(plain.subarray(start, end))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('a length that was told is held to', () => {
    const sealer = createSealer(randomBytes(32), 'x', { length: 10 })
    expect(() => sealer.push(randomBytes(11), [])).toThrow('more bytes')
    sealer.push(randomBytes(9), [])
    expect(() => sealer.end([])).toThrow('fewer bytes')
  })

  it('any changed bit is found', () => {
    fc.assert(
      fc.property(length, fc.nat(), fc.nat(7), (size, place, bit) => {
        const key = randomBytes(32)
        const sealed = sealAll(key, 'x', randomBytes(size))
        const at = place % sealed.length
        sealed[at] = (sealed[at] ?? 0) ^ (1 << bit)
        expect(() => openAll(key, 'x', sealed)).toThrow('store.damaged')
      }),
      { numRuns: 60 },
    )
  })

  it('any cut is found', () => {
    fc.assert(
      fc.property(length, fc.nat(), (size, cut) => {
        const key = randomBytes(32)
        const sealed = sealAll(key, 'x', randomBytes(size))
        const short = sealed.subarray(0, cut % sealed.length)
        expect(() => openAll(key, 'x', short)).toThrow('store.damaged')
      }),
      { numRuns: 60 },
    )
  })
})
