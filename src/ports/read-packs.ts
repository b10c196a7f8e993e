/** Packs by range, wherever an item's bytes are read. */
import type { PackId } from '#domain/id.ts'
import { packObject } from '#domain/pack.ts'
import type { ObjectStore } from './object-store.ts'

/** As `ObjectStore.read`, of a pack's object. */
export const readPacks =
  (store: Pick<ObjectStore, 'read'>) =>
  (pack: PackId, offset: number, length: number, into?: Buffer): Promise<Buffer> =>
    store.read(packObject(pack), offset, length, into)
