/**
 * The bytes of one tus request into packs. Chunks lie on a fixed grid, so only whole ones are kept, and the end of
 * the file; what is durable is recorded every 8 MiB, in order, while more arrives. A request that breaks off or is
 * told to stop keeps its whole chunks. With a checksum over the whole of it everything counts at the end, or nothing.
 */
import { type Hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import { chunkBytes } from '#domain/item.ts'
import { packBytes } from '#domain/pack.ts'
import type { Receiving } from '#steps/receive.ts'
import type { Upload } from '#steps/resume-upload.ts'
import { forget } from './take-body.ts'

/** What all bytes of a request must hash to. */
export type Checksum = { readonly hash: Hash; readonly told: Buffer }

export type Taking = {
  /** Bytes from the start of the file that are durable and recorded, or why it ended early. */
  readonly done: Promise<number | Refusal>
  /** Ends it with this refusal; whole chunks are kept. Harmless when it is over. */
  stop(why: Refusal): void
}

/** `whole`: memory to be given back once these bytes were taken. */
type Held = { readonly bytes: Buffer; readonly whole: Buffer | null }

const chunksOfSegment = packBytes / chunkBytes

/** Segments that are being made durable while the next one fills. */
const mostSaving = 1

/**
 * Takes the body of `req` as what follows `upload.arrived`. `mayGoOn` is asked at each chunk. Besides its own refusals
 * (`request.aborted`, `request.too-large`, `digest.mismatch`) gives those of `receive`; rejects with what that throws.
 */
export const takeBytes = (
  req: IncomingMessage,
  { id, size, arrived }: Upload,
  terms: {
    readonly receive: () => Receiving
    readonly checksum: Checksum | null
    readonly mayGoOn: () => Refusal | null
  },
): Taking => {
  const { checksum } = terms
  const done = Promise.withResolvers<number | Refusal>()
  let receiving: Receiving | null = null
  let held: Held[] = []
  let heldBytes = 0
  let at = arrived
  let nextChunk = arrived / chunkBytes
  let inSegment = 0
  let durable = arrived
  let saving = 0
  let saved: Promise<Refusal | null> = Promise.resolve(null)
  let over = false

  const leave = (): void => {
    over = true
    held = []
    req.off('data', onData)
    req.off('end', onEnd)
    req.off('close', onClose)
    // A body that nobody reads any more must not stand still: whoever answers reads on.
    req.resume()
  }
  const fail = (error: unknown): void => {
    if (!over) leave()
    const current = receiving
    receiving = null
    void saved
      .catch(() => {})
      .then(() => (current === null ? undefined : forget(current)))
      .then(() =>
        done.reject(error instanceof Error ? error : new Error('receiving failed', { cause: error })),
      )
  }

  /** In order, one after the other: a gap in what is recorded would hide what comes after it. */
  const save = async (
    before: Promise<Refusal | null>,
    segment: Receiving,
    upTo: number,
  ): Promise<Refusal | null> => {
    const refused = await before.catch(async (error: unknown) => {
      await forget(segment)
      throw error
    })
    if (refused !== null) {
      await forget(segment)
      return refused
    }
    try {
      const received = await segment.commit()
      if (isRefusal(received)) return received
    } catch (error) {
      await forget(segment)
      throw error
    }
    durable = upTo
    return null
  }
  const closeSegment = (): void => {
    if (receiving === null) return
    receiving.end()
    saving += 1
    saved = save(saved, receiving, Math.min(size, nextChunk * chunkBytes))
    receiving = null
    inSegment = 0
    saved
      .finally(() => {
        saving -= 1
      })
      .then((refused) => {
        if (refused !== null) finish(refused)
      }, fail)
  }

  const finish = (why: Refusal | null, keep = true): void => {
    if (over) return
    leave()
    const settle = async (): Promise<number | Refusal> => {
      if (receiving !== null && keep) closeSegment()
      else if (receiving !== null) await forget(receiving)
      const refused = await saved
      return refused ?? why ?? durable
    }
    settle().then(done.resolve, done.reject)
  }

  /** The held bytes are a whole chunk, or the last one. False when the store asks for a pause. */
  const takeChunk = (): boolean => {
    if (receiving === null) {
      receiving = terms.receive()
      receiving.begin(id, nextChunk)
    }
    let room = true
    for (const { bytes, whole } of held) {
      room = receiving.push(bytes)
      if (whole !== null) freeBytes(whole)
    }
    held = []
    heldBytes = 0
    nextChunk += 1
    inSegment += 1
    // The last segment waits for the end of the body, which may yet turn out to be too long.
    if (checksum === null && inSegment >= chunksOfSegment && at < size) closeSegment()
    return room
  }

  const goOn = (): void => {
    if (!over) req.resume()
  }
  const onData = (piece: Buffer): void => {
    try {
      if (at + piece.length > size) return finish(refuse('request.too-large', { most: size }), false)
      checksum?.hash.update(piece)
      let room = true
      for (let from = 0; from < piece.length; ) {
        const to = Math.min(piece.length, from + chunkBytes - heldBytes)
        const bytes = from === 0 && to === piece.length ? piece : piece.subarray(from, to)
        held.push({ bytes, whole: to === piece.length ? piece : null })
        heldBytes += to - from
        at += to - from
        from = to
        if (heldBytes < chunkBytes && at < size) continue
        room = takeChunk()
        const why = terms.mayGoOn()
        if (why !== null && at < size) return finish(why, checksum === null)
      }
      if (room && saving <= mostSaving) return
      req.pause()
      Promise.all([receiving?.ready(), saving > mostSaving ? saved : null]).then(goOn, fail)
    } catch (error) {
      fail(error)
    }
  }
  const onEnd = (): void => {
    if (checksum !== null && !timingSafeEqual(checksum.hash.digest(), checksum.told))
      return finish(refuse('digest.mismatch'), false)
    // A client that goes on from an offset which never moves would send for ever.
    if (at > arrived && nextChunk * chunkBytes <= arrived)
      return finish(refuse('request.invalid', { least: chunkBytes }))
    finish(null)
  }
  const onClose = (): void => finish(refuse('request.aborted'), checksum === null)

  if (req.destroyed && !req.complete) finish(refuse('request.aborted'))
  else {
    req.on('data', onData)
    req.on('end', onEnd)
    req.on('close', onClose)
  }
  return { done: done.promise, stop: (why) => finish(why, checksum === null) }
}
