/** A small object in one piece: written whole, or not there. */
import type { ObjectStore } from './object-store.ts'

/** Writes and commits; one request where the store is remote. @throws as `ObjectStore` does. */
export const putObject = async (
  store: Pick<ObjectStore, 'create'>,
  key: string,
  bytes: Uint8Array,
): Promise<void> => {
  const writer = await store.create(key)
  try {
    await writer.write([bytes])
    await writer.commit()
  } catch (error) {
    await writer.abort().catch(() => {})
    throw error
  }
}
