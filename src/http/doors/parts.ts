/**
 * The parts door: one request, many runs of chunks, proved by SHA-256: one digest over the whole body
 * (`Content-Digest`), or one over its header (`Header-Digest`), which then lists a digest for each run. Receiving
 * computes those anyway, so the second way hashes a byte once instead of twice, here and at the sender.
 * Nothing is committed before every digest agrees, or answered before the commit.
 */
import { createHash, hash as digestOf, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import { partBytes, partHeaderBytes } from '#domain/pack.ts'
import type { IntakeNeeds } from '#http/needs.ts'
import { sendProblem } from '#http/problem.ts'
import type { Handler } from '#http/route.ts'
import type { Receiving } from '#steps/receive.ts'
import { readDigest } from './content-digest.ts'
import { type PartRun, readPartHeader } from './part-header.ts'
import { type BodyTaker, forget, takeBody } from './take-body.ts'

const prefixBytes = 4

/** What the header fields promise: bytes of the body, and the SHA-256 of all of it or of its own header alone. */
export type PartTerms = { readonly length: number } & (
  | { readonly content: Buffer; readonly header: null }
  | { readonly content: null; readonly header: Buffer }
)

/** Runs as they are taken: feeds pieces to `receiving` and moves from run to run. */
const takeRuns = (runs: readonly PartRun[], receiving: Receiving) => {
  let next = 0
  let left = 0
  let agree = true

  const endRun = (): void => {
    const [, , , told] = runs[next - 1] ?? []
    const sha256 = receiving.end()
    if (told !== undefined && !timingSafeEqual(sha256, told)) agree = false
  }
  const step = (): void => {
    const run = runs[next]
    if (run === undefined) throw new RangeError('more bytes than runs')
    if (next > 0) endRun()
    receiving.begin(run[0], run[1], run[2])
    left = run[2]
    next += 1
  }

  return {
    /** False when `receiving` wants a pause. */
    feed(piece: Buffer, from: number): boolean {
      let room = true
      for (let at = from; at < piece.length; ) {
        while (left === 0) step()
        const stop = Math.min(piece.length, at + left)
        room = receiving.push(at === 0 && stop === piece.length ? piece : piece.subarray(at, stop))
        left -= stop - at
        at = stop
      }
      return room
    },
    /** False when a run is not what its digest says. Empty files at the end have no byte that would begin them. */
    end(): boolean {
      while (next < runs.length) step()
      endRun()
      return agree
    },
  }
}

/**
 * Takes a part. Null when every byte was pushed and the digest agrees; refuses `request.invalid`, `request.aborted`,
 * `digest.mismatch`. Rejects with what `receiving` throws.
 */
export const takePart = (
  req: IncomingMessage,
  { length, content, header }: PartTerms,
  receiving: Receiving,
): Promise<Refusal | null> => {
  const whole = createHash('sha256')
  let head: Buffer[] = []
  let held = 0
  let needed = prefixBytes
  let runs: ReturnType<typeof takeRuns> | null = null

  /** Collects the header, which is small and nearly always in the first piece; joins it once it is all there. */
  const takeHead = (piece: Buffer): boolean | Refusal => {
    head.push(piece)
    held += piece.length
    if (held < needed) return true
    const start = Buffer.concat(head)
    if (needed === prefixBytes) needed += start.readUInt32BE(0)
    if (needed > prefixBytes + partHeaderBytes || needed > length) return refuse('request.invalid')
    head = [start]
    if (held < needed) return true
    if (header !== null && !timingSafeEqual(digestOf('sha256', start.subarray(0, needed), 'buffer'), header))
      return refuse('digest.mismatch')
    const text = start.toString('utf8', prefixBytes, needed)
    const listed = readPartHeader(text, length - needed, header !== null)
    if (listed === null) return refuse('request.invalid')
    head = []
    runs = takeRuns(listed, receiving)
    return runs.feed(start, needed)
  }

  const taker: BodyTaker = {
    take(piece) {
      if (content !== null) whole.update(piece)
      if (runs === null) return takeHead(piece)
      const room = runs.feed(piece, 0)
      freeBytes(piece)
      return room
    },
    end() {
      if (runs === null) return refuse('request.invalid')
      if (content !== null && !timingSafeEqual(whole.digest(), content)) return refuse('digest.mismatch')
      return runs.end() ? null : refuse('digest.mismatch')
    },
  }
  return takeBody(req, taker, receiving)
}

/** Reads what must be known before the first byte; refuses `digest.missing`, `request.type`, `request.too-large`. */
export const readPartTerms = (headers: IncomingMessage['headers'], length: number): PartTerms | Refusal => {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding !== 'identity') return refuse('request.type')
  if (length > partBytes) return refuse('request.too-large', { most: partBytes })
  const content = readDigest(headers['content-digest'])
  if (content !== null) return { length, content, header: null }
  const header = readDigest(headers['header-digest'])
  return header === null ? refuse('digest.missing') : { length, content: null, header }
}

/** `PUT /api/send/part`. */
export const partsDoor =
  (needs: Pick<IntakeNeeds, 'receive'>): Handler<'part'> =>
  async ({ req, res, bearer }) => {
    const told = req.headers['content-length']
    if (told === undefined) {
      // RFC 9110 §15.5.12: the length is needed before the bytes.
      sendProblem(req, res, refuse('request.invalid', { needed: 'content-length' }), { status: 411 })
      return null
    }
    const terms = readPartTerms(req.headers, Number(told))
    if (isRefusal(terms)) return terms
    const receiving = needs.receive(bearer)
    try {
      const refused = await takePart(req, terms, receiving)
      if (refused !== null) {
        await forget(receiving)
        return refused
      }
      const received = await receiving.commit()
      return isRefusal(received) ? received : { ...received, completed: [...received.completed] }
    } catch (error) {
      await forget(receiving)
      throw error
    }
  }
