/**
 * Filling: bytes of any length into sealed packs, each written while its bytes arrive. Memory stays flat; a pack
 * that is full goes to the store while the next one fills. Nothing counts before `finish`, and what is discarded
 * leaves nothing behind.
 */
import { randomBytes } from 'node:crypto'
import { freeBytes } from '#domain/free-bytes.ts'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { packBytes } from '#domain/pack.ts'
import { createPackWriter, type PackedExtent, type PackWriter } from './writer.ts'

/** Where the bytes of one pack go. */
export type PackSink = {
  write(buffers: readonly Uint8Array[]): Promise<void>
  /** Takes them at once where that needs no waiting; else false, and nothing was taken. */
  takeNow(buffers: readonly Uint8Array[]): boolean
  /** Makes it durable. */
  commit(): Promise<void>
  abort(): Promise<void>
}

export type FillingNeeds = {
  readonly case: CaseId
  readonly sender: SenderId
  nextId(): PackId
  /** Locks a pack's key to its case. */
  lock(key: Uint8Array): Promise<string>
  open(pack: PackId): Promise<PackSink>
  /** Removes the object of a pack, where there is one. */
  remove(pack: PackId): Promise<void>
}

/** A pack that is durable in the store. */
export type FilledPack = {
  readonly id: PackId
  readonly case: CaseId
  readonly sender: SenderId
  readonly size: number
  readonly lockedKey: string
  readonly heads: Buffer | null
  readonly extents: readonly PackedExtent[]
}

export type Filling = {
  /** The next bytes are chunks `first …` of this item; `length` of them where that is known, at most a pack's. */
  readonly begin: (item: ItemId, first: number, length?: number) => void
  /** Takes bytes; `piece` may be reused afterwards. False asks to wait for `ready` before more. */
  readonly push: (piece: Uint8Array) => boolean
  /** The run ends; gives the SHA-256 of its bytes, or of those in its last pack where no length was told. */
  readonly end: () => Uint8Array
  /** Resolves when there is room again. @throws what the store does */
  readonly ready: () => Promise<void>
  /** Ends the last pack; resolves when all of them are durable. */
  readonly finish: () => Promise<readonly FilledPack[]>
  /** Forgets everything since the start. */
  readonly discard: () => Promise<void>
  /** Plain bytes in all packs so far. */
  readonly plain: number
}

/**
 * Sealed bytes go to the store while they are still in the processor's cache, and their memory is used again for the
 * next; beyond four megabytes waiting the giver waits.
 */
const writeBytes = 131_072
const mostWaiting = 4_194_304

/**
 * A run whose length nobody told goes on in a full pack until this much of it lies there, so that no slice lies in two:
 * a worker has the head and the digest of one that lies in one, and reads another whole.
 */
const leastBeforeRoll = 1_048_576

type Open = {
  readonly id: PackId
  readonly pack: PackWriter
  readonly sink: Promise<PackSink>
  /** The same, once it is there. */
  ready: PackSink | null
  readonly lockedKey: Promise<string>
}

const later = <T>(promise: Promise<T>): Promise<T> => {
  // Awaited further on, behind the writes; until then a rejection must not count as unhandled.
  promise.catch(() => {})
  return promise
}

/** Starts filling for one sender. Nothing happens in the store before the first byte. */
export const fillPacks = (needs: FillingNeeds): Filling => {
  const { case: of, sender } = needs
  const packs: Open[] = []
  let filling: Open | null = null
  let run: { readonly item: ItemId; chunk: number; inChunk: number; inPack: number } | null = null
  let work: Promise<void> = Promise.resolve()
  let unwritten = 0

  const startPack = (): Open => {
    const id = needs.nextId()
    const key = randomBytes(32)
    const lockedKey = later(needs.lock(key))
    const sink = later(needs.open(id))
    const pack = createPackWriter({ pack: id, case: of, sender, key })
    const started: Open = { id, pack, sink, ready: null, lockedKey }
    void sink.then(
      (opened) => (started.ready = opened),
      () => {},
    )
    packs.push(started)
    return started
  }

  const flush = ({ pack, sink, ready }: Open): void => {
    const size = pack.waiting
    const buffers = pack.take()
    // What waits goes first.
    if (unwritten === 0 && ready?.takeNow(buffers) === true) {
      for (const buffer of buffers) freeBytes(buffer)
      return
    }
    unwritten += size
    work = later(
      work.then(async () => {
        await (await sink).write(buffers)
        for (const buffer of buffers) freeBytes(buffer)
        unwritten -= size
      }),
    )
  }

  const closePack = (full: Open): void => {
    flush(full)
    work = later(
      work.then(async () => {
        full.pack.finish(await full.lockedKey)
        const sink = await full.sink
        await sink.write(full.pack.take())
        await sink.commit()
      }),
    )
  }

  const closeFilling = (): void => {
    if (filling !== null) closePack(filling)
    filling = null
  }

  const begin = (item: ItemId, first: number, length?: number): void => {
    if (length !== undefined && filling !== null && filling.pack.plain + length > packBytes) closeFilling()
    filling ??= startPack()
    filling.pack.begin(item, first, length)
    run = { item, chunk: first, inChunk: 0, inPack: 0 }
  }

  /** Goes on with the same item in a new pack; only ever between two chunks. */
  const roll = (): void => {
    if (filling === null || run === null) return
    filling.pack.end()
    closePack(filling)
    filling = startPack()
    filling.pack.begin(run.item, run.chunk)
    run.inPack = 0
  }

  const push = (piece: Uint8Array): boolean => {
    for (let at = 0; at < piece.length; ) {
      if (run === null || filling === null) throw new Error('no run has begun')
      if (run.inChunk === chunkBytes) {
        run.chunk += 1
        run.inChunk = 0
        if (filling.pack.plain >= packBytes && run.inPack >= leastBeforeRoll) roll()
      }
      const next: Uint8Array = piece.subarray(at, at + chunkBytes - run.inChunk)
      filling.pack.push(next)
      run.inChunk += next.length
      run.inPack += next.length
      at += next.length
      if (filling.pack.waiting >= writeBytes) flush(filling)
    }
    return unwritten < mostWaiting
  }

  const end = (): Uint8Array => {
    if (filling === null) throw new Error('no run has begun')
    const { sha256 } = filling.pack.end()
    run = null
    if (filling.pack.plain >= packBytes) closeFilling()
    return sha256
  }

  const ready = async (): Promise<void> => {
    if (unwritten >= mostWaiting) await work
  }

  const finish = async (): Promise<readonly FilledPack[]> => {
    closeFilling()
    await work
    const filled = packs.map(async ({ id, pack, lockedKey }) => ({
      id,
      case: of,
      sender,
      size: pack.size,
      lockedKey: await lockedKey,
      heads: pack.heads(),
      extents: pack.extents,
    }))
    return Promise.all(filled)
  }

  const discard = async (): Promise<void> => {
    await work.catch(() => {})
    for (const { id, sink } of packs) {
      await (await sink.catch(() => null))?.abort()
      await needs.remove(id)
    }
    packs.length = 0
  }

  return {
    begin,
    push,
    end,
    ready,
    finish,
    discard,
    get plain() {
      return packs.reduce((sum, { pack }) => sum + pack.plain, 0)
    },
  }
}
