/** What every adapter of `scanner.ts` must do, whatever scans. */
import { beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { Scanner } from './scanner.ts'

export type ScannerUnderTest = {
  readonly scanner: Scanner
  /** A file it knows as bad, small. */
  readonly bad: Buffer
}

/** Bytes as a source gives them, `size` at a time. */
export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const clean = Buffer.from('nothing bad is in here. '.repeat(10_000))

/** Runs the suite on what `make` opens. */
export const describeScanner = (name: string, make: () => Promise<ScannerUnderTest>): void => {
  describe(`scanner: ${name}`, () => {
    let subject: ScannerUnderTest
    beforeAll(async () => {
      subject = await make()
    })
    const scan = (bytes: Buffer, piece = 65_536, size = bytes.length) =>
      subject.scanner.scan(inPieces(bytes, piece), size)

    it('tells clean from bad, whatever the pieces', async () => {
      expect(await subject.scanner.alive()).toBe(true)
      for (const piece of [clean.length, 65_536, 1_000]) expect(await scan(clean, piece)).toBe('clean')
      for (const piece of [subject.bad.length, 7, 1])
        expect(await scan(subject.bad, piece)).toEqual({ found: expect.stringMatching(/^[\w.-]+$/) })
    })

    it('finds what stands behind empty pieces', async () => {
      const source = async function* (): AsyncGenerator<Buffer> {
        yield subject.bad.subarray(0, 10)
        yield Buffer.alloc(0)
        yield subject.bad.subarray(10)
      }
      expect(await subject.scanner.scan(source(), subject.bad.length)).toHaveProperty('found')
    })

    it('calls nothing clean of which it did not see every byte, and no more', async () => {
      for (const size of [clean.length - 1, clean.length + 1])
        await expect(scan(clean, 65_536, size)).rejects.toMatchObject({ code: 'store.damaged' })
    })

    it('passes on what its source fails with, and goes on with the next file', async () => {
      const gone = new Fault('store.unavailable')
      const source = async function* (): AsyncGenerator<Buffer> {
        yield clean.subarray(0, 70_000)
        throw gone
      }
      await expect(subject.scanner.scan(source(), clean.length)).rejects.toBe(gone)
      expect(await scan(clean)).toBe('clean')
    })

    it('looks into many at once, and tells each its own', async () => {
      const files = Array.from({ length: 24 }, (_, index) => (index % 3 === 0 ? subject.bad : clean))
      const verdicts = await Promise.all(files.map((bytes) => scan(bytes, 9_000)))
      expect(verdicts.map((verdict) => verdict === 'clean')).toEqual(files.map((bytes) => bytes === clean))
    })

    it('does not read a file that nothing can look into whole', async () => {
      let asked = false
      const source = async function* (): AsyncGenerator<Buffer> {
        asked = true
        yield clean
      }
      expect(await subject.scanner.scan(source(), 2 ** 41)).toBe('limit')
      expect(asked).toBe(false)
    })
  })
}
