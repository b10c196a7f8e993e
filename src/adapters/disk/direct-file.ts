/**
 * Files read and written past the page cache. A pack is written once and read seldom, in large pieces; taking it
 * through the cache costs up to several times the CPU of sealing it. Where the file system cannot do that (tmpfs,
 * some network ones), the same calls go through the cache.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Fault } from '#domain/fault.ts'
import { blockBytes, givePiece, pieceBytes, takePiece } from './aligned-memory.ts'
import { codeOf } from './disk-fault.ts'

/** Bytes read at once. Less than a piece holds: who reads asks for less, and what is never touched is no memory. */
const readBytes = 2_097_152

const openDirect = async (path: string, flags: number): Promise<FileHandle> => {
  try {
    return await open(path, flags | constants.O_DIRECT, 0o600)
  } catch (error) {
    if (codeOf(error) !== 'EINVAL') throw error
    // Some kernels make the file before they find that they cannot do this.
    return open(path, flags & ~constants.O_EXCL, 0o600)
  }
}

/** Closes what was or is being opened; what could not be opened is closed. */
export const close = async (handle: Promise<FileHandle>): Promise<void> => {
  await (await handle.catch(() => null))?.close()
}

/** Opens a file for `readDirect`. */
export const openToRead = (path: string): Promise<FileHandle> => openDirect(path, constants.O_RDONLY)

/** Fills `target` from `offset` of the file. @throws `store.damaged` when the file ends before. */
export const readDirect = async (handle: FileHandle, target: Buffer, offset: number): Promise<void> => {
  const piece = takePiece()
  try {
    for (let at = 0; at < target.length; ) {
      const skip = (offset + at) % blockBytes
      const wanted = Math.min(readBytes, target.length - at)
      const length = Math.ceil((skip + wanted) / blockBytes) * blockBytes
      const { bytesRead } = await handle.read(piece, 0, length, offset + at - skip)
      const got = Math.min(wanted, bytesRead - skip)
      if (got <= 0) throw new Fault('store.damaged')
      piece.copy(target, at, skip, skip + got)
      at += got
    }
  } finally {
    givePiece(piece)
  }
}

export type FileWriter = {
  /** The buffers are copied before this resolves. */
  write(buffers: readonly Uint8Array[]): Promise<void>
  /** Copies the buffers at once if they leave room in the piece; else false, and nothing was copied. */
  takeNow(buffers: readonly Uint8Array[]): boolean
  /** Everything on stable storage, and the file exactly as long as what was written. */
  flush(): Promise<void>
  /** Closes the file; may be called again. */
  close(): Promise<void>
}

/** Makes a new file. @throws what the file system throws, `EEXIST` for one that is there. */
export const openToWrite = async (path: string): Promise<FileWriter> => {
  const handle = await openDirect(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL)
  let piece: Buffer | null = takePiece()
  let filled = 0
  let size = 0
  let busy = false

  const writeOut = async (from: Buffer, length: number): Promise<void> => {
    const { bytesWritten } = await handle.write(from, 0, length)
    if (bytesWritten !== length) throw new Fault('store.full')
    filled = 0
  }

  return {
    async write(buffers) {
      if (piece === null) throw new Fault('state.conflict')
      busy = true
      for (const buffer of buffers)
        for (let at = 0; at < buffer.length; ) {
          const part = buffer.subarray(at, at + pieceBytes - filled)
          piece.set(part, filled)
          filled += part.length
          at += part.length
          size += part.length
          if (filled === pieceBytes) await writeOut(piece, pieceBytes)
        }
      busy = false
    },
    takeNow(buffers) {
      const bytes = buffers.reduce((sum, { length }) => sum + length, 0)
      if (piece === null || busy || filled + bytes >= pieceBytes) return false
      for (const buffer of buffers) {
        piece.set(buffer, filled)
        filled += buffer.length
      }
      size += bytes
      return true
    },
    async flush() {
      if (piece === null) throw new Fault('state.conflict')
      busy = true
      const whole = Math.ceil(filled / blockBytes) * blockBytes
      piece.fill(0, filled, whole)
      if (whole > 0) await writeOut(piece, whole)
      await handle.truncate(size)
      await handle.datasync()
    },
    async close() {
      if (piece === null) return
      givePiece(piece)
      piece = null
      await handle.close()
    },
  }
}
