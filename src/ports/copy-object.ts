/** An object from one store into another, as it lies there, piece by piece. */
import { Fault } from '#domain/fault.ts'
import type { ObjectStore } from './object-store.ts'

/** Bytes of an object that are in memory at one time. */
export const copyBytes = 1_048_576

export type CopyTarget = Pick<ObjectStore, 'create' | 'size'> & {
  /** Clears the way for an object of which `to` has another length; without it that one stays. */
  readonly remove?: ObjectStore['remove']
}

/** `there`: `to` had it; `lost`: `from` has not all of it; `differs`: `to` has one of another length. */
export type CopyOutcome = 'copied' | 'there' | 'lost' | 'differs'

const fill = async (
  from: Pick<ObjectStore, 'read'>,
  write: (buffers: readonly Uint8Array[]) => Promise<void>,
  key: string,
  size: number,
  scratch: Buffer,
): Promise<boolean> => {
  for (let at = 0; at < size; at += copyBytes) {
    const length = Math.min(copyBytes, size - at)
    const bytes = await from.read(key, at, length, scratch).catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'store.damaged') return null
      throw error
    })
    if (bytes === null) return false
    await write([bytes.subarray(0, length)])
  }
  return true
}

/** Sees to it that `to` has this object of `size` bytes. `scratch` has at least `copyBytes`. @throws what `from` and `to` throw. */
export const copyObject = async (
  from: Pick<ObjectStore, 'read' | 'size'>,
  to: CopyTarget,
  key: string,
  size: number,
  scratch: Buffer,
): Promise<CopyOutcome> => {
  const there = await to.size(key)
  if (there === size) return 'there'
  if (there !== null && to.remove === undefined) return 'differs'
  if ((await from.size(key)) !== size) return 'lost'
  if (there !== null) await to.remove?.(key)
  const writer = await to.create(key)
  try {
    const whole = await fill(from, (buffers) => writer.write(buffers), key, size, scratch)
    await (whole ? writer.commit() : writer.abort())
    return whole ? 'copied' : 'lost'
  } catch (error) {
    await writer.abort().catch(() => {})
    throw error
  }
}
