/**
 * Objects as files of one folder, for a single machine. A name is made by us (`packs/<uuid>`); its file lies
 * under a fan-out folder named after its last two characters. Written beside its final name, flushed, then
 * linked into place: `link` refuses a name that exists, where `rename` would overwrite it.
 */
import { constants } from 'node:fs'
import { access, type FileHandle, link, mkdir, opendir, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '#domain/fault.ts'
import { putNewest } from '#domain/put-newest.ts'
import { type ObjectWriter, type OpenedObjectStore, objectKeyShape } from '#ports/object-store.ts'
import { close, openToRead, openToWrite, readDirect } from './direct-file.ts'
import { attempt, codeOf } from './disk-fault.ts'
import { folderFlusher } from './folder-flush.ts'

/** A draft this old belongs to nobody: its writer is gone. */
const draftHours = 24

/** Open files kept for reading, most recently used last. */
const openFiles = 64

const sweepDrafts = async (folder: string): Promise<void> => {
  const oldest = Date.now() - draftHours * 3_600_000
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.new')) continue
    const file = join(entry.parentPath, entry.name)
    const found = await stat(file).catch(() => null)
    if (found !== null && found.mtimeMs < oldest) await rm(file, { force: true })
  }
}

/** A store over `folder`, which is made when it is missing, for its owner only. */
export const openDiskStore = async (folder: string): Promise<OpenedObjectStore> => {
  await attempt(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  await attempt(() => sweepDrafts(folder))
  const known = new Set<string>()
  const folders = folderFlusher()
  const reading = new Map<string, Promise<FileHandle>>()

  const fileOf = (key: string): string => {
    if (!objectKeyShape.test(key)) throw new Fault('internal')
    const [kind = '', name = ''] = key.split('/')
    return join(folder, kind, name.slice(-2), name)
  }

  /** Makes the fan-out folder, and that of its kind, durable once per process. */
  const makeFolder = async (file: string): Promise<void> => {
    const fan = dirname(file)
    if (known.has(fan)) return
    const kind = dirname(fan)
    await mkdir(fan, { recursive: true, mode: 0o700 })
    await folders.flush(kind)
    if (!known.has(kind)) await folders.flush(folder)
    known.add(kind).add(fan)
  }

  const forget = async (file: string): Promise<void> => {
    const handle = reading.get(file)
    reading.delete(file)
    if (handle !== undefined) await close(handle)
  }

  const openForReading = async (file: string): Promise<FileHandle> => {
    const known = reading.get(file)
    const handle = known ?? openToRead(file)
    const old = putNewest(reading, openFiles, file, handle)
    if (old !== undefined) setTimeout(() => void close(old), 30_000).unref()
    try {
      return await handle
    } catch (error) {
      reading.delete(file)
      throw error
    }
  }

  const readInto = async (file: string, target: Buffer, offset: number): Promise<void> =>
    readDirect(await openForReading(file), target, offset)

  const create = async (key: string): Promise<ObjectWriter> => {
    const file = fileOf(key)
    const draft = `${file}.new`
    await makeFolder(file)
    const writer = await openToWrite(draft)
    let done = false
    return {
      write: (buffers) => attempt(() => writer.write(buffers)),
      takeNow: (buffers) => writer.takeNow(buffers),
      commit: () =>
        attempt(async () => {
          if (done) throw new Fault('state.conflict')
          done = true
          try {
            await writer.flush()
            await link(draft, file)
          } finally {
            await writer.close()
            await unlink(draft)
          }
          await folders.flush(dirname(file))
        }),
      abort: () =>
        attempt(async () => {
          if (done) return
          done = true
          await writer.close()
          await rm(draft, { force: true })
        }),
    }
  }

  return {
    create: (key) => attempt(() => create(key)),
    read: (key, offset, length, into) =>
      attempt(async () => {
        const target = into?.subarray(0, length) ?? Buffer.allocUnsafe(length)
        await readInto(fileOf(key), target, offset)
        return target
      }),
    size: (key) =>
      attempt(async () => {
        const found = await stat(fileOf(key)).catch((error: unknown) => {
          if (codeOf(error) === 'ENOENT') return null
          throw error
        })
        return found?.size ?? null
      }),
    remove: (key) =>
      attempt(async () => {
        const file = fileOf(key)
        await forget(file)
        await rm(file, { force: true })
      }),
    async *list(prefix) {
      const kind = prefix.replace(/\/.*$/, '')
      if (!/^[a-z]+$/.test(kind)) throw new Fault('internal')
      const root = join(folder, kind)
      const entries = await opendir(root, { recursive: true }).catch(() => null)
      if (entries === null) return
      for await (const entry of entries) {
        if (!entry.isFile() || entry.name.endsWith('.new')) continue
        const key = `${kind}/${entry.name}`
        const found = await stat(join(entry.parentPath, entry.name)).catch(() => null)
        if (found !== null && key.startsWith(prefix)) yield { key, size: found.size, at: found.mtime }
      }
    },
    alive: () =>
      access(folder, constants.W_OK | constants.X_OK).then(
        () => true,
        () => false,
      ),
    async close() {
      await Promise.all([...[...reading.values()].map(close), folders.close()])
      reading.clear()
    },
  }
}
