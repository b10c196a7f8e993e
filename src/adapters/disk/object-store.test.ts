import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { objectStoreContract } from '#ports/object-store.contract.ts'
import { openDiskStore } from './object-store.ts'

const openIn = async (folder: string) => {
  const store = await openDiskStore(folder)
  return { store, close: () => store.close() }
}

objectStoreContract('disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'))
  const { store, close } = await openIn(folder)
  return {
    store,
    close: async () => {
      await close()
      await rm(folder, { recursive: true })
    },
    reopen: () => openIn(folder),
  }
})

it('a key that could leave the folder is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'objects-'))
  const { store, close } = await openIn(folder)
  for (const key of ['../x/y', 'packs/../../etc', '/etc/passwd', 'packs/', 'packs', 'a/b/c', 'packs/..%2f..'])
    await expect(store.create(key)).rejects.toMatchObject({ code: 'internal' })
  expect(await readdir(folder)).toEqual([])
  await close()
  await rm(folder, { recursive: true })
})
