/**
 * Bodies of several parts (RFC 2387, PS3.18 §8.6.1.2): files or frames, each with its type, address and length. The
 * length of the whole is told before its first byte, so that a body that breaks off never looks whole; nothing is
 * fetched before there is room for it.
 */
import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { writeExactly } from '#http/deliveries/send-range.ts'

export type Part = {
  readonly type: string
  /** Absolute; null when the part has none of its own. */
  readonly location: string | null
  readonly length: number
  /** Asked for one after another. */
  open(): AsyncIterable<readonly Uint8Array[]>
}

const lineEnd = '\r\n'

const headOf = (boundary: string, { type, location, length }: Part, first: boolean): Buffer =>
  Buffer.from(
    [
      `${first ? '' : lineEnd}--${boundary}`,
      `Content-Type: ${type}`,
      ...(location === null ? [] : [`Content-Location: ${location}`]),
      `Content-Length: ${length}`,
      lineEnd,
    ].join(lineEnd),
  )

/** Sends them under `type`, the type of each; they are gone through twice. `onRead` is awaited before the first byte leaves. */
export const sendParts = async (
  req: Request,
  res: Response,
  type: string,
  parts: Iterable<Part>,
  onRead: () => Promise<void>,
): Promise<void> => {
  // Letters and digits only, and no preamble: one client cuts by lines and lengths instead of reading parameters.
  const boundary = `part_${randomBytes(18).toString('hex')}`
  const end = Buffer.from(`${lineEnd}--${boundary}--${lineEnd}`)
  // No head is kept: those of thousands of parts would be, for as long as the last one takes to be sent.
  let length = end.length
  let nth = 0
  for (const part of parts) {
    length += headOf(boundary, part, nth === 0).length + part.length
    nth += 1
  }
  res.setHeader('Content-Type', `multipart/related; type="${type}"; boundary=${boundary}`)
  res.setHeader('Content-Length', length)
  if (req.method === 'HEAD') {
    res.end()
    return
  }
  await onRead()
  nth = 0
  for (const part of parts) {
    res.write(headOf(boundary, part, nth === 0))
    nth += 1
    if (!(await writeExactly(res, part.open(), part.length))) return
  }
  res.end(end)
}
