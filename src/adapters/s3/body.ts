/**
 * Bodies of requests and answers: a list of buffers goes out as it lies, and what comes in is put where it
 * belongs, to the last byte or not at all.
 */
import { IncomingMessage, OutgoingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { freeBytes } from '#domain/free-bytes.ts'

export type Body = Readable & {
  /** True when the operating system has every byte, so that the pieces' memory may go. */
  isSent(): boolean
}

/**
 * A body of these pieces, for one request. Everything is in memory already, so all of it is handed to the socket
 * at once: waiting for room after each piece would cost a turn of the event loop for every 64 KiB.
 */
export const bodyOf = (pieces: readonly Buffer[]): Body => {
  const body = Readable.from(pieces, { objectMode: false })
  const pipe = body.pipe.bind(body)
  let sent = false
  return Object.assign(body, {
    isSent: () => sent,
    pipe: <T extends NodeJS.WritableStream>(target: T, options?: { end?: boolean }): T => {
      if (!(target instanceof OutgoingMessage)) return pipe(target, options)
      target.once('finish', () => {
        sent = true
      })
      for (const piece of pieces) target.write(piece)
      target.end()
      return target
    },
  })
}

/**
 * Gives each network buffer of an answer back as soon as it is parsed: left to the garbage collector, they cost more
 * CPU than everything else about a read. Listeners run in the order they came, the parser's before this one; once
 * the answer is complete nothing is touched, for what follows may be the next one's.
 */
const freeBehind = (body: Readable): void => {
  if (!(body instanceof IncomingMessage)) return
  const { socket } = body
  const free = (piece: Buffer): void => {
    if (!body.complete) freeBytes(piece)
  }
  const stop = (): unknown => socket.off('data', free)
  socket.on('data', free)
  body.once('end', stop).once('close', stop)
}

/** Fills `target` from a body. @throws when the body is shorter or longer, breaks off, or takes longer than `ms` */
export const fillFrom = (body: Readable, target: Buffer, ms: number): Promise<void> =>
  new Promise((done, fail) => {
    let at = 0
    freeBehind(body)
    const late = setTimeout(() => body.destroy(new Error('the body took too long')), ms)
    body.on('data', (piece: Buffer) => {
      if (piece.length > target.length - at) body.destroy(new Error('the body is too long'))
      else at += piece.copy(target, at)
      freeBytes(piece)
    })
    body.once('error', fail)
    body.once('close', () => {
      clearTimeout(late)
      if (body.readableEnded && at === target.length) done()
      else fail(new Error('the body is too short'))
    })
  })
