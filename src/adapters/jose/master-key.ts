/**
 * Master keys: 32 bytes that wrap case keys, in files `vault/master-<n>.json` as `{format, id, createdAt, key}`.
 * The newest wraps; all unwrap. The id follows from the key (HMAC-SHA256 of a fixed text, first 8 bytes, hex),
 * so a file that was changed or exchanged is noticed.
 */
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { createFile, keyFault, listFolder, readPrivateFile } from './key-file.ts'

const format = 'second-read/1/master-key'
const fileName = /^master-([1-9]\d{0,5})\.json$/

const fileShape = z.strictObject({
  format: z.literal(format),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  createdAt: z.iso.datetime(),
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

export type MasterKey = { readonly number: number; readonly id: string; readonly key: KeyObject }

const idOf = (key: KeyObject): string =>
  createHmac('sha256', key).update('second-read/1/master-key-id').digest('hex').slice(0, 16)

const readMasterKey = (name: string, bytes: Buffer): MasterKey => {
  let raw: unknown
  try {
    raw = JSON.parse(bytes.toString('utf8'))
  } catch {
    // The cause of a failed parse quotes the text, which is a key.
    throw keyFault(`${name} is not JSON`)
  }
  const { data } = fileShape.safeParse(raw)
  if (data === undefined) throw keyFault(`${name} is not of the format ${format}`)
  const key = createSecretKey(data.key, 'base64url')
  if (key.symmetricKeySize !== 32 || idOf(key) !== data.id) throw keyFault(`${name} contradicts itself`)
  return { number: Number(fileName.exec(name)?.[1]), id: data.id, key }
}

/**
 * Every master key of a ring, oldest first.
 * @throws Fault `key.unavailable` for a file that is open to others or not a master key.
 */
export const listMasterKeys = (folder: string): readonly MasterKey[] =>
  listFolder(join(folder, 'vault'))
    .filter((name) => fileName.test(name))
    .map((name) => readMasterKey(name, readPrivateFile(join(folder, 'vault', name))))
    .sort((a, b) => a.number - b.number)

/** Makes the master key numbered `number`, unless there is one. */
export const makeMasterKey = (folder: string, number: number, createdAt: Date): void => {
  const key = createSecretKey(randomBytes(32))
  const file = { format, id: idOf(key), createdAt, key: key.export().toString('base64url') }
  createFile(
    join(folder, 'vault', `master-${number}.json`),
    Buffer.from(`${JSON.stringify(file, null, 2)}\n`),
  )
}
