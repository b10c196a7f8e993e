/**
 * Everything of the case into a file the reader chose, piece by piece as it comes: nothing but the piece at hand is in
 * memory, however large the case. A broken line goes on where it was (RFC 9110 §14, with `If-Range`, so that two
 * versions are never mixed). A file that is not whole is not kept.
 */
import type { Reading } from './reading.ts'

export type DownloadProgress = { readonly done: number; readonly of: number | null }

/** How it ended. `changed`: the case is another one than when it began; `full`: no room, or the file cannot be written. */
export type DownloadEnd = 'done' | 'stopped' | 'changed' | 'full' | 'over'

/** What is written to; a file of the browser fits. */
export type Sink = {
  write(piece: Uint8Array): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

export type DownloadTerms = {
  readonly get: Reading['get']
  readonly path: string
  readonly sink: Sink
  readonly signal: AbortSignal
  readonly onProgress: (progress: DownloadProgress) => void
  /** The line is gone, and is tried again after this; null when it is back. */
  readonly onWaiting: (seconds: number | null) => void
  /** Resolves after so many seconds. */
  readonly pause: (seconds: number) => Promise<void>
}

/** Seconds between tries; the last one over and over. */
const waits = [1, 2, 5, 10, 20] as const

type Piece = {
  readonly body: ReadableStreamDefaultReader<Uint8Array>
  readonly etag: string
  readonly of: number
}

/** The whole length of a reply from `start` on, or null when it is not the piece that was asked for. */
export const lengthOf = (reply: Pick<Response, 'status' | 'headers'>, start: number): number | null => {
  if (reply.status === 200 && start === 0) return Number(reply.headers.get('Content-Length') ?? Number.NaN)
  const [, from, of] = /^bytes (\d+)-\d+\/(\d+)$/.exec(reply.headers.get('Content-Range') ?? '') ?? []
  return reply.status === 206 && Number(from) === start ? Number(of) : null
}

const openPiece = async (
  { get, path, signal }: DownloadTerms,
  start: number,
  etag: string | null,
): Promise<Piece | 'changed' | 'over' | null> => {
  const asked =
    start === 0 ? {} : { Range: `bytes=${start}-`, ...(etag === null ? {} : { 'If-Range': etag }) }
  const reply = await get(path, asked, signal)
  if ([401, 403, 404, 410].includes(reply.status)) return 'over'
  const of = lengthOf(reply, start)
  const tag = reply.headers.get('ETag') ?? ''
  if (reply.ok && (of === null || (etag !== null && tag !== etag))) {
    await reply.body?.cancel()
    return 'changed'
  }
  if (!reply.ok || of === null || reply.body === null) return null
  return { body: reply.body.getReader(), etag: tag, of }
}

/** Never rejects. */
export const download = async (terms: DownloadTerms): Promise<DownloadEnd> => {
  const { sink, signal, onProgress, onWaiting, pause } = terms
  let done = 0
  let etag: string | null = null
  let tries = 0

  const run = async (): Promise<DownloadEnd> => {
    for (;;) {
      if (signal.aborted) return 'stopped'
      const piece = await openPiece(terms, done, etag).catch(() => null)
      if (piece === 'changed' || piece === 'over') return piece
      if (piece !== null) {
        onWaiting(null)
        etag = piece.etag
        for (;;) {
          const next = await piece.body.read().catch(() => null)
          if (next === null || next.done) break
          try {
            await sink.write(next.value)
          } catch {
            return 'full'
          }
          tries = 0
          done += next.value.length
          onProgress({ done, of: piece.of })
        }
        if (done === piece.of) return 'done'
      }
      if (signal.aborted) return 'stopped'
      const seconds = waits[Math.min(tries, waits.length - 1)] ?? 20
      tries += 1
      onWaiting(seconds)
      await pause(seconds)
    }
  }

  const end = await run()
  try {
    if (end !== 'done') await sink.abort()
    else await sink.close()
  } catch {
    return end === 'done' ? 'full' : end
  }
  return end
}
