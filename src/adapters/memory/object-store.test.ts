import { objectStoreContract } from '#ports/object-store.contract.ts'
import { createMemoryStore, type MemoryObjects } from './object-store.ts'

objectStoreContract('memory', async () => {
  const objects: MemoryObjects = new Map()
  return {
    store: createMemoryStore(objects),
    close: async () => {},
    reopen: async () => ({ store: createMemoryStore(objects), close: async () => {} }),
  }
})
