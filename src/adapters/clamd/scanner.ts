/**
 * The scanner as clamd: each file goes over a connection of its own, in pieces (INSTREAM), and is never on a disk
 * of ours on the way. While clamd takes its time, its pulse is felt on another connection: one that hangs is known
 * in seconds, without mistaking for it a file that takes long.
 */
import { Fault } from '#domain/fault.ts'
import { createGate } from '#domain/gate.ts'
import type { Scanner } from '#ports/scanner.ts'
import { askLine, type ClamdAddress, type Line, openLine } from './line.ts'
import { factsOf, verdictOf } from './reply.ts'

export type ClamdTerms = {
  /** Files on their way to it at once; clamd has ten threads unless told otherwise. */
  readonly lanes?: number
  /** From connecting to a file's reply, ms. Clamd itself ends after its MaxScanTime, two minutes. */
  readonly fileMs?: number
  /** How often its pulse is felt during a scan, and how long an answer may take, ms. */
  readonly pulseMs?: number
}

/** Clamd can look into no larger file, whatever its settings say. */
const mostScanBytes = 2_147_483_647

/** What a slow store may add to the time of a file: a second for so many bytes. */
const slowestBytes = 1_048_576

const usual: Required<ClamdTerms> = { lanes: 4, fileMs: 180_000, pulseMs: 5_000 }

type Sent = 'whole' | 'broken'

/** Sends the pieces, each behind its length; the empty one ends the stream. */
const sendAll = async (line: Line, source: AsyncIterable<Buffer>, size: number): Promise<Sent> => {
  if (!(await line.write(Buffer.from('zINSTREAM\0')))) return 'broken'
  let sent = 0
  for await (const piece of source) {
    // An empty piece would end the stream before its end.
    if (piece.length === 0) continue
    sent += piece.length
    if (sent > size) throw new Fault('store.damaged')
    const head = Buffer.alloc(4)
    head.writeUInt32BE(piece.length)
    void line.write(head)
    if (!(await line.write(piece)) || line.hasSpoken()) return 'broken'
  }
  if (sent !== size) throw new Fault('store.damaged')
  return (await line.write(Buffer.alloc(4))) ? 'whole' : 'broken'
}

/** A scanner at this address. Nothing is opened before it is asked, and nothing stays open. */
export const createClamd = (address: ClamdAddress, terms: ClamdTerms = {}): Scanner => {
  const { lanes, fileMs, pulseMs } = { ...usual, ...terms }
  const gate = createGate(lanes)
  const alive = async (): Promise<boolean> => (await askLine(address, 'PING', pulseMs)) === 'PONG'

  /** Cuts the line once its time is over or the pulse is gone. */
  const watch = (line: Line, limitMs: number) => {
    let gone = false
    const late = setTimeout(() => line.cut(), limitMs)
    const pulse = setInterval(() => {
      void alive().then((there) => {
        if (there) return
        gone = true
        line.cut()
      })
    }, pulseMs)
    return {
      isGone: () => gone,
      end: () => {
        clearTimeout(late)
        clearInterval(pulse)
      },
    }
  }

  const scanOn = async (line: Line, source: AsyncIterable<Buffer>, size: number) => {
    const watching = watch(line, fileMs + (size / slowestBytes) * 1_000)
    try {
      const sent = await sendAll(line, source, size)
      const reply = await line.reply
      const verdict = reply === null ? null : verdictOf(reply)
      // What it knows about a part may be bad news, but never good news about the whole.
      if (verdict !== null && (sent === 'whole' || verdict !== 'clean')) return verdict
      throw new Fault(watching.isGone() ? 'scanner.unavailable' : 'scanner.failed')
    } finally {
      watching.end()
      line.cut()
    }
  }

  return {
    alive,
    scan: async (source, size) => {
      if (size > mostScanBytes) return 'limit'
      return gate.run(async () => scanOn(await openLine(address, pulseMs), source, size))
    },
    facts: async () => {
      const facts = factsOf((await askLine(address, 'VERSION', pulseMs)) ?? '')
      if (facts === null) throw new Fault('scanner.unavailable')
      return facts
    },
  }
}
