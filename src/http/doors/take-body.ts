/**
 * Take body: the one loop of the doors that take a whole body or nothing. A piece from the socket is handed on where it
 * lies, with no copy, no closure and no promise per piece; the socket waits while the store is behind.
 */
import type { IncomingMessage } from 'node:http'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { Receiving } from '#steps/receive.ts'

export type BodyTaker = {
  /** Takes a piece. False asks for a pause until `receiving` is ready; a refusal ends the body. */
  take(piece: Buffer): boolean | Refusal
  /** The body was whole; a refusal says that what it held was not. */
  end(): Refusal | null
}

/**
 * Null when the whole body was taken; refuses `request.aborted`, and what `taker` refuses. Rejects with what `taker` or
 * `receiving` throws.
 */
export const takeBody = (
  req: IncomingMessage,
  taker: BodyTaker,
  receiving: Receiving,
): Promise<Refusal | null> =>
  new Promise((resolve, reject) => {
    const leave = (): void => {
      req.off('data', onData)
      req.off('end', onEnd)
      req.off('close', onClose)
    }
    const stop = (outcome: Refusal | null): void => {
      leave()
      resolve(outcome)
    }
    const fail = (error: unknown): void => {
      leave()
      reject(error instanceof Error ? error : new Error('receiving failed', { cause: error }))
    }
    const goOn = (): void => {
      req.resume()
    }
    const onData = (piece: Buffer): void => {
      try {
        const room = taker.take(piece)
        if (typeof room === 'object') return stop(room)
        if (room) return
        req.pause()
        receiving.ready().then(goOn, fail)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = (): void => {
      try {
        stop(taker.end())
      } catch (error) {
        fail(error)
      }
    }
    const onClose = (): void => stop(refuse('request.aborted'))

    if (req.destroyed) {
      stop(refuse('request.aborted'))
      return
    }
    req.on('data', onData)
    req.on('end', onEnd)
    req.on('close', onClose)
  })

/** Forgets what was taken. What cannot be removed now is unreferenced, and the clean-up finds it. */
export const forget = (receiving: Receiving): Promise<void> => receiving.abort().catch(() => {})
