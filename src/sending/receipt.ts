/**
 * Checking a receipt: signed by the gateway's published key, for this case, and true about every file: name by name the
 * size and the digests are those of the bytes here. What was sent in an earlier run is read and hashed again.
 */
import { askFor, type Conversation } from './conversation.ts'
import { readSlice } from './listed-file.ts'
import type { Sha256 } from './part-body.ts'
import type { SentFile } from './send-files.ts'
import { fieldsOf, openSigned, payloadOf, type Signature } from './signature.ts'

type ReceiptRun = { readonly offset: number; readonly size: number; readonly sha256: string }
type ReceiptLine = { readonly item: string; readonly size: number; readonly runs: readonly ReceiptRun[] }

const readRun = (value: unknown): ReceiptRun => {
  const { offset, size, sha256 } = fieldsOf(value)
  return { offset: Number(offset), size: Number(size), sha256: String(sha256) }
}

const readLine = (value: unknown): ReceiptLine => {
  const { item, size, sha256, runs } = fieldsOf(value)
  const listed: unknown[] = Array.isArray(runs) ? runs : [{ offset: 0, size, sha256 }]
  return { item: String(item), size: Number(size), runs: listed.map(readRun) }
}

/** RFC 7517 §5. */
const readKeys = (json: unknown): readonly unknown[] | null => {
  const { keys } = fieldsOf(json)
  return Array.isArray(keys) ? keys : null
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const bytesOfBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))

/**
 * `differing`: names of files that the receipt says something else about, or nothing. `signed` is null where this
 * platform cannot tell; the files are compared all the same.
 */
export type ReceiptCheck = { readonly signed: boolean | null; readonly differing: readonly string[] }

const verify = async (conversation: Conversation, receipt: string): Promise<Signature> => {
  const keys = await askFor(
    conversation,
    { method: 'GET', path: '/.well-known/jwks.json', open: true, patienceMs: 60_000 },
    readKeys,
  )
  return openSigned(receipt, keys, 'receipt+jws')
}

/** @throws SendingStopped, or the signal's reason */
export const checkReceipt = async (
  conversation: Conversation,
  receipt: string,
  files: readonly SentFile[],
  sha256: Sha256,
): Promise<ReceiptCheck> => {
  const terms = conversation.terms()
  const opened = await verify(conversation, receipt)
  if (opened.kind === 'wrong') return { signed: false, differing: [] }
  const payload = opened.kind === 'right' ? opened.payload : payloadOf(receipt)
  if (payload['case'] !== terms.case || !Array.isArray(payload['files']))
    return { signed: false, differing: [] }
  const lines = new Map(
    payload['files'].map((line: unknown) => readLine(line)).map((line) => [line.item, line]),
  )

  const isRight = async (
    { file, sent }: SentFile,
    { offset, size, sha256: told }: ReceiptRun,
  ): Promise<boolean> => {
    const known = sent.get(`${offset / terms.chunkBytes} ${size}`)
    if (known !== undefined) return hex(bytesOfBase64(known)) === told
    // A run may be as long as a pack; only what this gateway could have taken at once is read at once.
    if (size > terms.partBytes || offset + size > file.size) return false
    const bytes = await readSlice(file, offset, offset + size).catch(() => null)
    return bytes !== null && hex(await sha256(bytes)) === told
  }

  const differing: string[] = []
  for (const track of files) {
    if (track.leftOut !== null) continue
    const line = lines.get(track.id ?? '')
    let right = line !== undefined && line.size === track.file.size
    let next = 0
    for (const run of line?.runs ?? []) {
      right &&= run.offset === next && (await isRight(track, run))
      next = run.offset + run.size
    }
    if (!right || next !== track.file.size) differing.push(track.told)
  }
  return { signed: opened.kind === 'right' ? true : null, differing }
}
