/**
 * The list that goes with a mailed receipt: a line for each file that arrived, made from the receipt itself, so that
 * the two say the same. Files are told by number and digest; a name would tell whoever reads the mail too much.
 */
import { Fault } from '#domain/fault.ts'
import { parseObject } from '#formats/json-object.ts'

type Line = { readonly item: string; readonly size: number; readonly digests: readonly string[] }

const readRun = (run: unknown): string => {
  const { sha256 } = typeof run === 'object' && run !== null ? { sha256: null, ...run } : { sha256: null }
  if (typeof sha256 !== 'string') throw new Fault('store.damaged')
  return sha256
}

const readLine = (file: unknown): Line => {
  const { item, size, sha256, runs } = parseObject(JSON.stringify(file ?? null))
  if (typeof item !== 'string' || typeof size !== 'number') throw new Fault('store.damaged')
  if (typeof sha256 === 'string') return { item, size, digests: [sha256] }
  if (!Array.isArray(runs)) throw new Fault('store.damaged')
  return { item, size, digests: runs.map(readRun) }
}

/** Files of a receipt (compact JWS), without a look at its signature: it is ours. @throws `store.damaged` */
export const readReceipt = (statement: string): readonly Line[] => {
  const [, payload = ''] = statement.split('.')
  const { files } = parseObject(Buffer.from(payload, 'base64url'))
  if (!Array.isArray(files)) throw new Fault('store.damaged')
  return files.map(readLine)
}

/** The list as text: SHA-256, bytes and number of a file; a file that came in runs has a digest for each, in order. */
export const listReceipt = (files: readonly Line[]): string =>
  [
    'SHA-256\tbytes\tfile',
    ...files.map(({ item, size, digests }) => `${digests.join('+')}\t${size}\t${item}`),
    '',
  ].join('\n')
