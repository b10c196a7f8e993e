/** Reading slices: the same bytes together or one by one, and one bad file costs no other. */
import { describe, expect, it } from 'vitest'
import { FileTrouble, type ListedFile } from './listed-file.ts'
import { readSlices, type Slice } from './read-runs.ts'

const fileOf = (path: string, bytes: Uint8Array<ArrayBuffer>): ListedFile => ({
  path,
  size: bytes.length,
  modified: null,
  open: async (start, end) => bytes.slice(start, end),
})

const gone: ListedFile = {
  path: 'gone',
  size: 4,
  modified: null,
  open: async () => {
    throw new FileTrouble('gone')
  },
}

const slices: Slice[] = [3, 0, 250].map((size, nth) => {
  const file = fileOf(
    String(nth),
    Uint8Array.from({ length: size + 2 }, (_, at) => at + nth),
  )
  return { file, start: 1, end: 1 + size }
})

const joined = async (all: readonly Slice[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await new Blob(await Promise.all(all.map(({ file, start, end }) => file.open(start, end)))).arrayBuffer(),
  )

describe('reading slices', () => {
  it('gives each its own bytes, whichever way they were read', async () => {
    const alone = await readSlices(slices, null)
    expect(alone.map((bytes) => bytes.length)).toEqual([3, 0, 250])
    expect(await readSlices(slices, joined)).toEqual(alone)
  })

  it('reads one by one where it cannot be done together, and says which file is in trouble', async () => {
    const all = [...slices, { file: gone, start: 0, end: 4 }]
    const read = await readSlices(all, joined)
    expect(read.map((bytes) => (typeof bytes === 'string' ? bytes : bytes.length))).toEqual([
      3,
      0,
      250,
      'gone',
    ])
  })

  it('does not believe bytes that are too few or too many', async () => {
    const alone = await readSlices(slices, null)
    for (const wrong of [252, 254]) {
      const read = await readSlices(slices, async () => new Uint8Array(wrong))
      expect(read).toEqual(alone)
    }
  })
})
