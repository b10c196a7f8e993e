/** Objects in memory, for tests: the whole contract and nothing of the world. Several stores may share `objects`. */
import { Fault } from '#domain/fault.ts'
import { type OpenedObjectStore, objectKeyShape } from '#ports/object-store.ts'

export type MemoryObjects = Map<string, { readonly bytes: Buffer; readonly at: Date }>

/** A store over these objects. */
export const createMemoryStore = (objects: MemoryObjects = new Map()): OpenedObjectStore => {
  const checked = (key: string): string => {
    if (!objectKeyShape.test(key)) throw new Fault('internal')
    return key
  }

  return {
    create: async (key) => {
      checked(key)
      let pieces: Buffer[] | null = []
      const takeNow = (buffers: readonly Uint8Array[]): boolean => {
        pieces?.push(...buffers.map((buffer) => Buffer.from(buffer)))
        return pieces !== null
      }
      return {
        takeNow,
        async write(buffers) {
          if (!takeNow(buffers)) throw new Fault('state.conflict')
        },
        async commit() {
          if (pieces === null || objects.has(key)) throw new Fault('state.conflict')
          objects.set(key, { bytes: Buffer.concat(pieces), at: new Date() })
          pieces = null
        },
        async abort() {
          pieces = null
        },
      }
    },
    read: async (key, offset, length, into) => {
      const { bytes } = objects.get(checked(key)) ?? {}
      if (bytes === undefined || offset + length > bytes.length) throw new Fault('store.damaged')
      const target = into?.subarray(0, length) ?? Buffer.allocUnsafe(length)
      bytes.copy(target, 0, offset, offset + length)
      return target
    },
    size: async (key) => objects.get(checked(key))?.bytes.length ?? null,
    remove: async (key) => {
      objects.delete(checked(key))
    },
    async *list(prefix) {
      for (const [key, { bytes, at }] of objects)
        if (key.startsWith(prefix)) yield { key, size: bytes.length, at }
    },
    alive: async () => true,
    close: async () => {},
  }
}
