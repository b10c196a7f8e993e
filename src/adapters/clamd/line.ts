/**
 * A line to clamd: one connection, one command, one reply up to the close. Both ends of a wait are bounded, and
 * every listener goes with its socket. Commands begin with `z`, so lines end with a zero byte (clamd(8)).
 */
import { connect, type Socket } from 'node:net'
import { Fault } from '#domain/fault.ts'

export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number }

export type Line = {
  /** Resolves when the bytes went out: true. False when the line is broken. */
  write(bytes: Uint8Array): Promise<boolean>
  /** Whether clamd began to answer. */
  hasSpoken(): boolean
  /** The reply once clamd has closed, without its zero; what there is of it, or null, when the line broke. */
  readonly reply: Promise<string | null>
  /** Gives up. The reply ends. */
  cut(): void
}

/** The longest reply that is listened to; theirs are lines. */
const mostReplyBytes = 4_096

const opened = (address: ClamdAddress, connectMs: number): Promise<Socket> =>
  new Promise((done, fail) => {
    const socket = connect(address)
    const timer = setTimeout(() => socket.destroy(new Error('timed out')), connectMs)
    // Whatever happens to it later is told by its close.
    socket.on('error', (cause) => fail(new Fault('scanner.unavailable', { cause })))
    socket.once('connect', () => done(socket))
    socket.once('close', () => clearTimeout(timer))
    socket.once('connect', () => clearTimeout(timer))
  })

/** Opens a line. @throws `scanner.unavailable` when nobody answers. */
export const openLine = async (address: ClamdAddress, connectMs: number): Promise<Line> => {
  const socket = await opened(address, connectMs)
  const heard: Buffer[] = []
  let bytes = 0
  socket.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > mostReplyBytes) socket.destroy()
    else heard.push(piece)
  })
  const reply = new Promise<string | null>((done) => {
    socket.once('close', () => {
      const text = bytes > mostReplyBytes ? '' : Buffer.concat(heard).toString('latin1')
      done(text.endsWith('\0') ? text.slice(0, -1) : null)
    })
  })
  return {
    write: (piece) =>
      new Promise((done) => {
        // Awaited one by one: the socket never holds more than a piece, and a slow clamd slows its source.
        socket.write(piece, (error) => done(error === null || error === undefined))
      }),
    hasSpoken: () => bytes > 0,
    reply,
    cut: () => {
      socket.destroy()
    },
  }
}

/** A command that is answered at once; null without an answer in time. */
export const askLine = async (
  address: ClamdAddress,
  command: string,
  limitMs: number,
): Promise<string | null> => {
  const line = await openLine(address, limitMs).catch(() => null)
  if (line === null) return null
  const timer = setTimeout(() => line.cut(), limitMs)
  try {
    await line.write(Buffer.from(`z${command}\0`))
    return await line.reply
  } finally {
    clearTimeout(timer)
  }
}
