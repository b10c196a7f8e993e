/**
 * A backup as a folder: `BACKUP.json`, `ledger-<digest>.jsonl`, and `objects/` laid out like an object store's
 * folder. Everything is flushed before `BACKUP.json` names it, and that is replaced in one step: a backup that
 * was cut short leaves the one before it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '#domain/fault.ts'
import type { PackId } from '#domain/id.ts'
import type { BackupFolder, BackupNote, LedgerText } from '#ports/backup-folder.ts'
import { attempt, codeOf } from './disk-fault.ts'
import { openDiskStore } from './object-store.ts'

const format = 'second-read/1/backup'
const noteName = 'BACKUP.json'
const ledgerName = /^ledger-[0-9a-f]{16}\.jsonl$/
const draftName = /^(ledger|note)-[0-9a-f-]{36}\.new$/
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().nonnegative()

const noteShape = z.strictObject({
  format: z.literal(format),
  at: z.iso.datetime(),
  migration: z.string(),
  ledger: z.strictObject({ file: z.string().regex(ledgerName), bytes: count, sha256: digest }),
  rows: z.record(z.string(), count),
  audit: z.strictObject({ seq: count, hash: digest }).nullable(),
  objects: z.strictObject({ count, bytes: count }),
  missing: z.array(z.uuid().transform((id) => id as PackId)),
})

/** Text gathered before it is written. */
const pieceBytes = 1_048_576

const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

const readNote = async (folder: string): Promise<BackupNote | null> => {
  const text = await readFile(join(folder, noteName), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    const { format: _, ...note } = noteShape.parse(JSON.parse(text))
    return note
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}

/** Writes a new file durably, for its owner only. */
const writeDurably = async (path: string, pieces: AsyncIterable<Buffer>): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const piece of pieces) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let held: string[] = []
  let length = 0
  for await (const line of lines) {
    held.push(line, '\n')
    length += line.length
    if (length < pieceBytes) continue
    yield Buffer.from(held.join(''))
    held = []
    length = 0
  }
  yield Buffer.from(held.join(''))
}

/** Lines as they were written. `node:readline` also breaks at U+2028, which may stand in a text. */
async function* readLines(path: string): AsyncGenerator<string> {
  let held: string[] = []
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: pieceBytes })) {
    const [first = '', ...rest] = String(piece).split('\n')
    held.push(first)
    for (const next of rest) {
      yield held.join('')
      held = [next]
    }
  }
}

async function* asOne(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}

/** Opens a backup folder; `make`: makes it when it is missing, for its owner only. */
export const openBackupFolder = async (folder: string, make: boolean): Promise<BackupFolder> => {
  if (make) await attempt(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  else await attempt(() => readdir(folder))
  const objects = await openDiskStore(join(folder, 'objects'))

  const writeLedger = async (lines: AsyncIterable<string>): Promise<LedgerText> => {
    const draft = join(folder, `ledger-${randomUUID()}.new`)
    const hash = createHash('sha256')
    let bytes = 0
    async function* hashed(): AsyncGenerator<Buffer> {
      for await (const piece of inPieces(lines)) {
        hash.update(piece)
        bytes += piece.length
        yield piece
      }
    }
    await writeDurably(draft, hashed())
    const sha256 = hash.digest('hex')
    const file = `ledger-${sha256.slice(0, 16)}.jsonl`
    await rename(draft, join(folder, file))
    await flushFolder(folder)
    return { file, bytes, sha256 }
  }

  const publish = async (note: BackupNote): Promise<void> => {
    const draft = join(folder, `note-${randomUUID()}.new`)
    await writeDurably(draft, asOne(`${JSON.stringify({ format, ...note }, null, 2)}\n`))
    await rename(draft, join(folder, noteName))
    await flushFolder(folder)
    for (const name of await readdir(folder))
      if (draftName.test(name) || (ledgerName.test(name) && name !== note.ledger.file))
        await rm(join(folder, name))
  }

  return {
    note: () => attempt(() => readNote(folder)),
    writeLedger: (lines) => attempt(() => writeLedger(lines)),
    isWhole: ({ file, sha256 }) => attempt(async () => (await digestOf(join(folder, file))) === sha256),
    readLedger: ({ file }) => readLines(join(folder, file)),
    publish: (note) => attempt(() => publish(note)),
    objects,
    close: () => objects.close(),
  }
}
