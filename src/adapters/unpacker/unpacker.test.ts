import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ArchiveEvent } from '#domain/archive.ts'
import { Fault } from '#domain/fault.ts'
import { bombEntry, trialZip } from '#fixtures/archive.ts'
import { trialDisc } from '#fixtures/disc-image.ts'
import { seeded } from '#fixtures/seeded.ts'
import { takeAll } from '#formats/archive/trial-archive.ts'
import type { ByteSource } from '#ports/inspector.ts'
import { type IsolatedUnpacker, openUnpacker, type UnpackerOptions } from './unpacker.ts'

const open: IsolatedUnpacker[] = []

const start = (options: UnpackerOptions = {}): IsolatedUnpacker => {
  const unpacker = openUnpacker(options)
  open.push(unpacker)
  return unpacker
}

const misbehaving = join(import.meta.dirname, 'trial-children/misbehaving.ts')

const startTrial = (limits: UnpackerOptions['limits'] = {}): IsolatedUnpacker =>
  start({ childModule: misbehaving, limits: { frameMs: 1_500, ...limits } })

const sourceOf = (bytes: Buffer | string): ByteSource => {
  const all = Buffer.from(bytes)
  return { size: all.length, read: async (offset, length) => all.subarray(offset, offset + length) }
}

const noise = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  seeded('unpacker').fill(bytes)
  return bytes
}

const take = (unpacker: IsolatedUnpacker, bytes: Buffer | string, from = 0) =>
  takeAll(unpacker.unpack(sourceOf(bytes), from))

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((unpacker) => unpacker.close()))
})

describe('the real child', () => {
  it('takes a ZIP apart to the byte, from any file on, and is gone after it', async () => {
    const large = Buffer.concat([noise(2_000_000), Buffer.alloc(3_000_000, 'text ')])
    const zip = trialZip([
      { name: 'a/slice', bytes: noise(500_000) },
      { name: 'large', bytes: large, deflate: true },
      { name: 'empty', bytes: Buffer.alloc(0) },
      { name: 'bad', bytes: noise(10), crc32: 1 },
      { name: '../last', bytes: noise(3) },
    ])
    const unpacker = start()
    const { files, broken, codes } = await take(unpacker, zip)
    expect(files.map(({ index, name }) => [index, name])).toEqual([
      [0, 'a/slice'],
      [1, 'large'],
      [2, 'empty'],
      [4, 'last'],
    ])
    expect(files[0]?.modified).toBe(Date.UTC(2026, 9, 20, 8, 30))
    expect(files[0]?.bytes.equals(noise(500_000)) && files[1]?.bytes.equals(large)).toBe(true)
    expect([broken, codes]).toEqual([['bad'], ['ARCHIVE_DAMAGED']])
    expect((await take(unpacker, zip, 2)).files.map(({ index }) => index)).toEqual([2, 4])
    expect(unpacker.pids()).toEqual([])
  })

  it('takes an image of a disc apart, and says no to what is none', async () => {
    const unpacker = start()
    const disc = trialDisc({ name: '', files: [{ name: 'Bericht.pdf', bytes: noise(9_000) }] })
    expect((await take(unpacker, disc)).files).toMatchObject([
      { name: 'Bericht.pdf', modified: expect.any(Number) },
    ])
    expect(await take(unpacker, 'no archive')).toEqual({
      files: [],
      broken: [],
      codes: ['ARCHIVE_UNSUPPORTED'],
    })
  })

  it('gives pieces of 1 MiB at most, and no more of a bomb than its bound', async () => {
    const bomb = bombEntry('0', 30_000_000)
    const shares = Array.from({ length: 9 }, (_, i) => ({ ...bomb, name: `${i}`, shares: 0 }))
    const zip = trialZip([bomb, ...shares])
    let most = 0
    let sum = 0
    let last: ArchiveEvent | null = null
    for await (const event of start().unpack(sourceOf(zip), 0)) {
      if (event.is === 'bytes') most = Math.max(most, event.bytes.length)
      if (event.is === 'bytes') sum += event.bytes.length
      last = event
    }
    expect(last).toEqual({ is: 'done', codes: ['ARCHIVE_LIMIT'] })
    expect(most).toBeLessThanOrEqual(1_048_576)
    expect(sum).toBeLessThan(64 * 2 ** 20 + 1_100 * zip.length)
  })
})

describe('a child that misbehaves', () => {
  it.each<[string, string, string[]]>([
    ['names a code that does not exist', 'b', []],
    ['names a code that is not its own', 'c', []],
    ['gives a text for a list', 'd', []],
    ['dies', 'e', []],
    ['gives bytes of no file', 'f', []],
    ['repeats a number', 'i', ['a']],
    ['counts further than it may', 'j', []],
    ['ends a file twice', 'k', []],
    ['dies in a file', 'l', ['a']],
    ['asks for too much at once', 'm', []],
    ['asks for bytes behind the end', 'n', []],
    ['sends a piece of nothing', 'o', []],
    ['gives broken JSON', 'q', []],
  ])('costs only its archive when it %s', async (_name, letter, broken) => {
    const unpacker = startTrial()
    const taken = await take(unpacker, `${letter}....`)
    expect([taken.broken, taken.codes]).toEqual([broken, ['ARCHIVE_DAMAGED']])
    expect((await take(unpacker, 'a')).codes).toEqual([])
    expect(unpacker.pids()).toEqual([])
  })

  it('is killed when it hangs, at once or in a file', async () => {
    const unpacker = startTrial({ frameMs: 700 })
    expect((await take(unpacker, 'h')).codes).toEqual(['ARCHIVE_LIMIT'])
    expect(await take(unpacker, 'u')).toMatchObject({ broken: ['a'], codes: ['ARCHIVE_LIMIT'] })
  })

  it('is stopped when it grows, or uses up its processor time', async () => {
    const grown = startTrial({ frameMs: 20_000, heapMiB: 100 })
    expect(grown.limits).toBe('full')
    expect((await take(grown, 'g')).codes).toEqual(['ARCHIVE_LIMIT'])
    expect((await take(startTrial({ frameMs: 20_000, cpuSeconds: 2 }), 'h')).codes).toEqual(['ARCHIVE_LIMIT'])
  })

  it('is stopped when it pours out more than the archive can hold', async () => {
    let sum = 0
    let last: ArchiveEvent | null = null
    for await (const event of startTrial().unpack(sourceOf('p'), 0)) {
      if (event.is === 'bytes') sum += event.bytes.length
      last = event
    }
    expect(last).toEqual({ is: 'done', codes: ['ARCHIVE_LIMIT'] })
    expect(sum).toBe(64 * 2 ** 20)
  })

  it('is stopped when it reads on and on', async () => {
    expect((await take(startTrial({ archiveMs: 800 }), 'r')).codes).toEqual(['ARCHIVE_LIMIT'])
  })

  it('gives no name that harms, no time that is none, no code twice', async () => {
    const { files, codes } = await take(startTrial(), 's')
    expect(files).toMatchObject([{ modified: null }])
    expect(files[0]?.name).toMatch(/^\ufffd\ufffdx{1,1020}$/)
    expect(codes).toEqual(['ARCHIVE_DAMAGED'])
  })

  it('may end in a file, and nothing it says after that is heard', async () => {
    const { codes, ...came } = await take(startTrial(), 't')
    expect(came).toEqual({ files: [], broken: ['a'] })
    // What comes with it in one piece is out of turn, and then nothing is believed.
    expect([[], ['ARCHIVE_DAMAGED']]).toContainEqual(codes)
  })

  it('gives no file before the one that was asked for', async () => {
    expect(await take(startTrial(), '.', 7)).toEqual({ files: [], broken: [], codes: ['ARCHIVE_DAMAGED'] })
  })

  it('that cannot start leaves the archive unchecked', async () => {
    const { codes } = await take(start({ childModule: '/nowhere/child.ts' }), 'x')
    expect(codes).toEqual(['CHECK_UNAVAILABLE'])
  })
})

describe('the unpacker', () => {
  it('rejects with the failure of the source, and goes on', async () => {
    const unpacker = startTrial()
    const failing: ByteSource = { size: 9, read: () => Promise.reject(new Fault('store.unavailable')) }
    await expect(takeAll(unpacker.unpack(failing, 0))).rejects.toMatchObject({ code: 'store.unavailable' })
    const short: ByteSource = { size: 9, read: async () => Buffer.alloc(0) }
    await expect(takeAll(unpacker.unpack(short, 0))).rejects.toMatchObject({ code: 'store.damaged' })
    expect((await take(unpacker, 'a')).codes).toEqual([])
  })

  it('ends the child of an archive that nobody goes on with', async () => {
    const unpacker = startTrial()
    let pids: readonly number[] = []
    for await (const event of unpacker.unpack(sourceOf('p'), 0)) {
      pids = unpacker.pids()
      if (event.is === 'bytes') break
    }
    expect(pids).toHaveLength(1)
    expect(pids.map(isAlive)).toEqual([false])
    expect((await take(unpacker, 'a')).codes).toEqual([])
  })

  it('takes only so many apart at a time; the others wait', async () => {
    const unpacker = start({ childModule: misbehaving, children: 2 })
    let most = 0
    const watch = async (): Promise<void> => {
      for await (const _event of unpacker.unpack(sourceOf('a'), 0))
        most = Math.max(most, unpacker.pids().length)
    }
    await Promise.all(Array.from({ length: 5 }, watch))
    expect(most).toBe(2)
  })

  it('waits for a slow taker, without the clock of the child', async () => {
    const names: string[] = []
    for await (const event of startTrial({ frameMs: 300 }).unpack(sourceOf('a'), 0)) {
      await new Promise((resolve) => setTimeout(resolve, 400))
      names.push(event.is)
    }
    expect(names).toEqual(['entry', 'bytes', 'end', 'done'])
  })

  it('ends its children and answers nobody with a code when it closes', async () => {
    const unpacker = startTrial({ frameMs: 30_000 })
    const asked = ['h', 'a'].map((letter) => take(unpacker, letter))
    const ended = Promise.allSettled(asked)
    await expect.poll(() => unpacker.pids().length).toBe(1)
    const pids = unpacker.pids()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await unpacker.close()
    const internal = { status: 'rejected', reason: { code: 'internal' } }
    expect(await ended).toMatchObject([internal, internal])
    expect(pids.map(isAlive)).toEqual([false])
    await expect(take(unpacker, 'a')).rejects.toMatchObject({ code: 'internal' })
  })
})
