/**
 * Writer of one object: gathers what arrives, and sends it at the commit in one request; beyond the size for that,
 * in parts as they fill. The memory it holds is bounded by `singleBytes`, for a pack by the pack.
 */
import { randomUUID } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import type { ObjectWriter } from '#ports/object-store.ts'
import type { Bucket } from './bucket.ts'
import { gather } from './gathering.ts'
import { startUpload, type Upload } from './multipart.ts'
import { type Put, putWhole } from './put.ts'

/** A writer for a full name; nothing is asked of the store before there is something to send. */
export const createWriter = (bucket: Bucket, name: string, conditional: boolean): ObjectWriter => {
  const { singleBytes, partBytes } = bucket.limits
  const put: Put = { name, write: randomUUID(), conditional }
  const gathering = gather()
  let state: 'open' | 'failed' | 'ended' | 'unknown' = 'open'
  let upload: Upload | null = null

  const sendWhole = async (): Promise<void> => {
    const { bytes } = gathering
    const { pieces, digest } = gathering.whole()
    const sent = await putWhole(bucket, put, pieces, bytes, digest)
    // A try that was given up, or answered early, may still be reading this memory.
    if (sent) gathering.reuse()
  }

  const sendRest = async (parts: Upload): Promise<void> => {
    if (gathering.bytes > 0) await parts.part(gathering.cut(gathering.bytes))
    await parts.complete()
  }

  const isUnknown = (error: unknown): boolean => !(error instanceof Fault) || error.code !== 'state.conflict'

  const takeNow = (buffers: readonly Uint8Array[]): boolean => {
    const bytes = buffers.reduce((sum, { length }) => sum + length, gathering.bytes)
    if (state !== 'open' || upload !== null || bytes > singleBytes) return false
    gathering.add(buffers)
    return true
  }

  return {
    takeNow,
    async write(buffers) {
      if (takeNow(buffers)) return
      if (state !== 'open') throw new Fault('state.conflict')
      gathering.add(buffers)
      // A part that could not be sent is lost to the writer: no commit may follow.
      state = 'failed'
      upload ??= await startUpload(bucket, put)
      while (gathering.bytes >= partBytes) await upload.part(gathering.cut(partBytes))
      state = 'open'
    },
    async commit() {
      if (state !== 'open') throw new Fault('state.conflict')
      state = 'ended'
      try {
        await (upload === null ? sendWhole() : sendRest(upload))
      } catch (error) {
        if (isUnknown(error)) state = 'unknown'
        await upload?.abort()
        throw error
      }
    },
    async abort() {
      const before = state
      state = 'ended'
      if (before === 'open' || before === 'failed') await upload?.abort()
      if (before === 'open' && upload === null) gathering.reuse()
      // The write may have landed after all.
      if (before === 'unknown' && (await bucket.head(name))?.write === put.write) await bucket.remove(name)
    },
  }
}
