/** Cutting: whatever is missing and however the line behaves, every chunk goes once, and no part is too large. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkBytes, chunkCount } from '#domain/item.ts'
import { partBytes, partHeaderBytes } from '#domain/pack.ts'
import { cutParts, leastRoom, type MissingFile, type Run } from './cut-parts.ts'
import { composePart, webSha256 } from './part-body.ts'

const whole = (size: number): MissingFile => ({ size, missing: [[0, chunkCount(size)]] })

const chunksOf = (runs: readonly Run[]): string[] =>
  runs.flatMap(({ file, first, length }) =>
    Array.from({ length: Math.max(1, Math.ceil(length / chunkBytes)) }, (_, n) => `${file} ${first + n}`),
  )

/** Any file with some of its chunks missing, in runs that do not touch. */
const missingFile = fc
  .tuple(fc.integer({ min: 0, max: 40 * chunkBytes }), fc.array(fc.boolean(), { maxLength: 40 }))
  .map(([size, wanted]): MissingFile => {
    const missing: [number, number][] = []
    for (let chunk = 0; chunk < chunkCount(size); chunk += 1) {
      const last = missing.at(-1)
      if (wanted[chunk] === false) continue
      if (last !== undefined && last[0] + last[1] === chunk) last[1] += 1
      else missing.push([chunk, 1])
    }
    return { size, missing }
  })

describe('cutting', () => {
  it('sends every missing chunk exactly once, in rooms of any size', () => {
    fc.assert(
      fc.property(
        fc.array(missingFile, { maxLength: 30 }),
        fc.array(fc.integer({ min: leastRoom(chunkBytes), max: partBytes }), { minLength: 1, maxLength: 9 }),
        (files, rooms) => {
          let asked = 0
          const room = (): number => rooms[asked++ % rooms.length] ?? partBytes
          const parts = [...cutParts(files, chunkBytes, room)]
          const sent = parts.flat()
          const wanted = files.flatMap(({ missing }, file) =>
            missing.flatMap(([first, count]) =>
              Array.from({ length: count }, (_, n) => `${file} ${first + n}`),
            ),
          )
          expect(chunksOf(sent)).toEqual(wanted)
          for (const { file, first, length } of sent) {
            const size = files[file]?.size ?? -1
            // A run ends on the grid or with the file.
            expect(first * chunkBytes + length === size || length % chunkBytes === 0).toBe(true)
            expect(first * chunkBytes + length).toBeLessThanOrEqual(size)
          }
          expect(parts.every((part) => part.length > 0)).toBe(true)
        },
      ),
    )
  })

  it('never makes a body or a header that the gateway refuses', async () => {
    for (const size of [0, 1, 8_300, 20_000, 300_000, 30_000_000]) {
      const files = Array.from({ length: size > 1e6 ? 2 : 2_500 }, () => whole(size))
      for (const part of cutParts(files, chunkBytes, () => partBytes)) {
        const proved = part.map(({ first, length }) => ({
          item: crypto.randomUUID(),
          first,
          bytes: new Uint8Array(length),
          sha256: 'A'.repeat(44),
        }))
        const { body } = await composePart(proved, webSha256)
        expect(body.size).toBeLessThanOrEqual(partBytes)
        const headerBytes = new DataView(await body.slice(0, 4).arrayBuffer()).getUint32(0)
        expect(headerBytes).toBeLessThanOrEqual(partHeaderBytes)
      }
    }
  })

  it('asks for the room of each part only when the part is about to begin', () => {
    const rooms: number[] = []
    const parts = cutParts([whole(8 * chunkBytes)], chunkBytes, () => {
      rooms.push(rooms.length < 2 ? leastRoom(chunkBytes) : partBytes)
      return rooms.at(-1) ?? 0
    })
    expect([...parts].map((part) => part.map(({ length }) => length / chunkBytes))).toEqual([[1], [1], [6]])
    expect(rooms).toHaveLength(3)
  })

  it('keeps a file that fits into one part in one part', () => {
    const files = [whole(3_000_000), whole(6_000_000), whole(1_000)]
    const parts = [...cutParts(files, chunkBytes, () => partBytes)]
    expect(parts.map((part) => part.map(({ file }) => file))).toEqual([[0], [1, 2]])
  })
})
