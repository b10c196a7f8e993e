import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FolderFlusher, folderFlusher } from './folder-flush.ts'

let base: string
let folders: FolderFlusher
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'folders-'))
  folders = folderFlusher()
})
afterEach(async () => {
  await folders.close()
  await rm(base, { recursive: true })
})

/** Folders of this test that this process holds open. */
const heldOpen = async (): Promise<number> => {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return links.filter((link) => link.startsWith(base)).length
}

it('opens a folder once, and lets go of it at the end', async () => {
  await Promise.all([folders.flush(base), folders.flush(base), folders.flush(base)])
  await folders.flush(base)
  expect(await heldOpen()).toBe(1)
  await folders.close()
  expect(await heldOpen()).toBe(0)
})

it('says that a folder is missing, and flushes it once it is there', async () => {
  const late = join(base, 'late')
  await expect(folders.flush(late)).rejects.toMatchObject({ code: 'ENOENT' })
  await mkdir(late)
  await folders.flush(late)
  expect(await heldOpen()).toBe(1)
})

it('keeps no more open than it may, and flushes any of them again', async () => {
  const many = Array.from({ length: 600 }, (_, n) => join(base, String(n)))
  for (const folder of many) await mkdir(folder)
  await Promise.all(many.map((folder) => folders.flush(folder)))
  await expect.poll(heldOpen).toBe(520)
  for (const folder of many) await folders.flush(folder)
  await expect.poll(heldOpen).toBe(520)
})
