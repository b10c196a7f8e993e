/**
 * Objects as files of one folder, for a single machine. A name is made by us (`packs/<uuid>`); its file lies
 * under a fan-out folder named after its last two characters. Written beside its final name, flushed, then
 * linked into place: `link` refuses a name that exists, where `rename` would overwrite it.
 */
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, opendir, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '#domain/fault.ts'
import type { ObjectStore, ObjectWriter } from '#ports/object-store.ts'

/** A draft this old belongs to nobody: its writer is gone. */
const draftHours = 24

/** Open files kept for reading, most recently used last. */
const openFiles = 64

const keyShape = /^[a-z]+\/[0-9a-z-]{4,80}$/

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const toFault = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  if (code === 'ENOENT') return new Fault('store.damaged', { cause: error })
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Fault('store.full', { cause: error })
  if (code === 'EEXIST') return new Fault('state.conflict', { cause: error })
  return new Fault('store.unavailable', { cause: error })
}

const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw toFault(error)
  }
}

const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const writeAll = async (handle: FileHandle, buffers: readonly Uint8Array[]): Promise<void> => {
  let rest = buffers
  while (rest.length > 0) {
    const batch = rest.slice(0, 1024)
    const wanted = batch.reduce((sum, buffer) => sum + buffer.length, 0)
    const { bytesWritten } = await handle.writev(batch)
    if (bytesWritten !== wanted) throw new Fault('store.full')
    rest = rest.slice(1024)
  }
}

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
export const openDiskStore = async (folder: string): Promise<ObjectStore & { close(): Promise<void> }> => {
  await attempt(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  await attempt(() => sweepDrafts(folder))
  const known = new Set<string>()
  const reading = new Map<string, Promise<FileHandle>>()

  const fileOf = (key: string): string => {
    if (!keyShape.test(key)) throw new Fault('internal')
    const [kind = '', name = ''] = key.split('/')
    return join(folder, kind, name.slice(-2), name)
  }

  /** Makes the fan-out folder durable once per process. */
  const makeFolder = async (file: string): Promise<void> => {
    const fan = dirname(file)
    if (known.has(fan)) return
    await mkdir(fan, { recursive: true, mode: 0o700 })
    await flushFolder(dirname(fan))
    await flushFolder(folder)
    known.add(fan)
  }

  const close = async (handle: Promise<FileHandle>): Promise<void> => {
    await (await handle.catch(() => null))?.close()
  }

  const forget = async (file: string): Promise<void> => {
    const handle = reading.get(file)
    reading.delete(file)
    if (handle !== undefined) await close(handle)
  }

  const openForReading = async (file: string): Promise<FileHandle> => {
    const known = reading.get(file)
    const handle = known ?? open(file, 'r')
    reading.delete(file)
    reading.set(file, handle)
    const oldest = reading.size > openFiles ? reading.keys().next().value : undefined
    if (oldest !== undefined) {
      const old = reading.get(oldest)
      reading.delete(oldest)
      if (old !== undefined) setTimeout(() => void close(old), 30_000).unref()
    }
    try {
      return await handle
    } catch (error) {
      reading.delete(file)
      throw error
    }
  }

  const readInto = async (file: string, target: Buffer, offset: number): Promise<void> => {
    const handle = await openForReading(file)
    let at = 0
    while (at < target.length) {
      const { bytesRead } = await handle.read(target, at, target.length - at, offset + at)
      if (bytesRead === 0) throw new Fault('store.damaged')
      at += bytesRead
    }
  }

  const create = async (key: string): Promise<ObjectWriter> => {
    const file = fileOf(key)
    const draft = `${file}.new`
    await makeFolder(file)
    let handle: FileHandle | null = await open(draft, 'wx', 0o600)
    const drop = async (): Promise<void> => {
      const held = handle
      handle = null
      if (held === null) return
      await held.close()
      await rm(draft, { force: true })
    }
    return {
      write: (buffers) =>
        attempt(async () => {
          if (handle === null) throw new Fault('state.conflict')
          await writeAll(handle, buffers)
        }),
      commit: () =>
        attempt(async () => {
          if (handle === null) throw new Fault('state.conflict')
          try {
            await handle.datasync()
            await link(draft, file)
          } finally {
            await handle.close()
            handle = null
            await unlink(draft)
          }
          await flushFolder(dirname(file))
        }),
      abort: () => attempt(drop),
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
    async close() {
      await Promise.all([...reading.values()].map(close))
      reading.clear()
    },
  }
}
