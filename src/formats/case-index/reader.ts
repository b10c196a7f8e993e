/**
 * Reading an index object: its head without any key, its rows with the body key. What is not exactly an index of
 * ours throws `store.damaged`; no length in it is believed beyond its bounds.
 */
import { Fault } from '#domain/fault.ts'
import { type CaseId, readId } from '#domain/id.ts'
import type { KeptRows, KeptTable, KeptValue } from '#domain/kept.ts'
import { indexSeal } from '#domain/seal-name.ts'
import { parseObject } from '#formats/json-object.ts'
import { wrappedKeyBytes } from '#formats/sealed/key-wrap.ts'
import { openRange, plainLength, type SealedSource } from '#formats/sealed/opener.ts'
import { indexMagic, longestHead, longestLine, startBytes } from './layout.ts'
import { createRowReader, gatherRows } from './rows.ts'
import type { IndexIdentity } from './writer.ts'

/** Rows given out at once. */
const rowsAtOnce = 1_000

export type IndexHead = IndexIdentity & {
  /** Null when the case's key was destroyed. */
  readonly keys: { readonly key: string; readonly wrappedBodyKey: Uint8Array } | null
  /** Where the sealed body lies. */
  readonly body: { readonly offset: number; readonly length: number }
}

const damaged = (cause?: unknown): Fault => new Fault('store.damaged', { cause })

const readKeys = (key: unknown, bodyKey: unknown): IndexHead['keys'] => {
  if (key === null && bodyKey === null) return null
  if (typeof key !== 'string' || typeof bodyKey !== 'string') throw damaged()
  const wrappedBodyKey = Buffer.from(bodyKey, 'base64url')
  if (wrappedBodyKey.length !== wrappedKeyBytes) throw damaged()
  return { key, wrappedBodyKey }
}

/** Reads what an object of `size` bytes is the index of, and its wrapped keys. One read. */
export const readHead = async (source: SealedSource, size: number): Promise<IndexHead> => {
  if (size < startBytes) throw damaged()
  const start = await source.read(0, Math.min(size, startBytes + longestHead))
  const length = start.readUInt32BE(indexMagic.length)
  const offset = startBytes + length
  if (!start.subarray(0, indexMagic.length).equals(indexMagic)) throw damaged()
  if (length > longestHead || offset > size) throw damaged()
  const { version, kind, of, sequence, key, bodyKey } = parseObject(start.subarray(startBytes, offset))
  const id = readId<CaseId>(of)
  if (version !== 1 || id === null || typeof sequence !== 'number' || !Number.isSafeInteger(sequence))
    throw damaged()
  if (kind !== 'case' && kind !== 'audit') throw damaged()
  return { kind, of: id, sequence, keys: readKeys(key, bodyKey), body: { offset, length: size - offset } }
}

async function* readLines(pieces: AsyncIterable<readonly Buffer[]>): AsyncGenerator<string> {
  let open: Buffer[] = []
  let length = 0
  for await (const batch of pieces)
    for (const piece of batch) {
      let from = 0
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
        open.push(piece.subarray(from, end))
        yield Buffer.concat(open).toString('utf8')
        open = []
        length = 0
        from = end + 1
      }
      open.push(piece.subarray(from))
      length += piece.length - from
      if (length > longestLine) throw damaged()
    }
  if (length > 0) throw damaged()
}

async function* readEach(
  source: SealedSource,
  { kind, of, sequence, body }: IndexHead,
  bodyKey: Uint8Array,
): AsyncGenerator<{ table: KeptTable; row: readonly KeptValue[] }> {
  const length = plainLength(body.length)
  const sealed: SealedSource = { read: (offset, count) => source.read(body.offset + offset, count) }
  const read = createRowReader()
  // An empty text has no range to open, so it would be believed unopened.
  if (length === 0) throw damaged()
  for await (const line of readLines(
    openRange(sealed, bodyKey, indexSeal(kind, of, sequence), length, 0, length),
  )) {
    const row = read(line)
    if (row !== null) yield row
  }
}

/** Opens the rows with the body key, some at a time, in the order they were written. @throws `store.damaged` */
export const readRows = (
  source: SealedSource,
  head: IndexHead,
  bodyKey: Uint8Array,
): AsyncGenerator<KeptRows> => gatherRows(readEach(source, head, bodyKey), rowsAtOnce)
