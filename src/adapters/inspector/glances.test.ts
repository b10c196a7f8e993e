/** Glances: many images told at once, and none that is told otherwise than by itself. */
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { watchSource } from '#fixtures/watched-source.ts'
import { writeCt } from '#formats/dicom/trial-dicom.ts'
import type { ByteSource, Findings } from '#ports/inspector.ts'
import { type InspectorOptions, type IsolatedInspector, openInspector } from './inspector.ts'

const open: IsolatedInspector[] = []

const start = (options: InspectorOptions = {}): IsolatedInspector => {
  const inspector = openInspector(options)
  open.push(inspector)
  return inspector
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((inspector) => inspector.close()))
})

/** More than a header of these, and less than a file. */
const headBytes = 2_000

const sliceOf = (nth: number): Buffer =>
  writeCt('explicit', {
    0x00200013: { vr: 'IS', value: `${nth}` },
    0x7fe00010: { vr: 'OW', value: Buffer.alloc(40_000) },
  })

const all = (inspector: IsolatedInspector, sources: readonly ByteSource[]): Promise<Findings[]> =>
  Promise.all(sources.map((source) => inspector.inspect(source, 'pack')))

describe('images whose first bytes are at hand', () => {
  it('are told at once as they are one by one, in their order, and nothing is read', async () => {
    const inspector = start({ children: 2 })
    const slices = Array.from({ length: 40 }, (_, nth) => sliceOf(nth))
    const given = slices.map((bytes) => watchSource(bytes, headBytes))
    const found = await all(inspector, given)
    expect(found.map(({ instance }) => instance?.instanceNumber)).toEqual(slices.map((_, nth) => nth))
    expect(given.flatMap(({ asked }) => asked)).toEqual([])
    for (const [nth, bytes] of slices.entries())
      expect(found[nth]).toEqual(await inspector.inspect(watchSource(bytes)))
  })

  it('are read further where a header goes on, beside others that need it not', async () => {
    const long = writeCt('explicit', {
      0x00104000: { vr: 'LT', value: 'x'.repeat(9_000) },
      0x7fe00010: { vr: 'OW', value: Buffer.alloc(40_000) },
    })
    const sources = [
      watchSource(sliceOf(1), headBytes),
      watchSource(long, headBytes),
      watchSource(sliceOf(3), headBytes),
    ]
    const found = await all(start(), sources)
    expect(found.map(({ kind, codes }) => [kind, codes])).toEqual(Array(3).fill(['dicom', []]))
    expect(sources.map(({ asked }) => asked.length > 0)).toEqual([false, true, false])
    expect(found[1]).toEqual(await start().inspect(watchSource(long)))
  })
})

/** Of a child that does what the letter says with the first of them, when it is asked about all. */
const tell = async (letter: string, files = 3) => {
  const inspector = start({
    childModule: join(import.meta.dirname, 'trial-children/misbehaving.ts'),
    limits: { fileMs: 1_000 },
  })
  const bytes = sliceOf(1)
  bytes.write(letter, headBytes - 1, 'latin1')
  const before = inspector.pids()
  const found = await all(
    inspector,
    Array.from({ length: files }, () => watchSource(bytes, headBytes)),
  )
  return {
    titles: found.map(({ facts }) => facts.title),
    replaced: inspector.pids().join() !== before.join(),
  }
}

describe('a child that is asked about several', () => {
  it('answers all of them in one message', async () => {
    expect(await tell('a')).toEqual({ titles: ['0 of 3', '1 of 3', '2 of 3'], replaced: false })
    expect((await tell('a', 18)).titles.slice(14)).toEqual(['14 of 16', '15 of 16', '0 of 2', '1 of 2'])
  })

  it('is asked about one alone as ever', async () => {
    expect(await tell('a', 1)).toEqual({ titles: ['alone'], replaced: false })
    expect((await tell('a', 17)).titles.slice(15)).toEqual(['15 of 16', 'alone'])
  })

  it('and leaves one open is asked again about that one', async () => {
    expect(await tell('b')).toEqual({ titles: ['0 of 3', 'alone', '2 of 3'], replaced: false })
  })

  it.each([
    ['answers for fewer', 'c'],
    ['contradicts what a file begins with', 'd'],
    ['dies', 'e'],
    ['talks nonsense', 'f'],
    ['asks for bytes', 'g'],
    ['hangs', 'h'],
  ])('and %s is replaced, and each file has its own verdict', async (_, letter) => {
    expect(await tell(letter)).toEqual({ titles: ['alone', 'alone', 'alone'], replaced: true })
  })
})
