/**
 * Walking folders by their handles. What cannot be read is told and stops nothing else; files are told as below the
 * name of the folder that was chosen, as every browser tells them whichever way they were chosen.
 */
import { mapInLanes } from '#domain/in-lanes.ts'
import { browserFile, type ChosenFile } from './browser-file.ts'

export type Walked = { readonly files: readonly ChosenFile[]; readonly unreadable: readonly string[] }

const lanes = 16

/** A drive that was chosen itself may have no name. */
const namelessFolder = 'disc'

type Place = { readonly path: string; readonly handle: FileSystemHandle }

const isFolder = (handle: FileSystemHandle): handle is FileSystemDirectoryHandle =>
  handle.kind === 'directory'
const isFile = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === 'file'

/** Told of each folder's files as they are found: how many, and their bytes. */
export const walkHandles = async (
  handles: readonly FileSystemHandle[],
  onFound: (files: number, bytes: number) => void,
): Promise<Walked> => {
  const files: ChosenFile[] = []
  const unreadable: string[] = []
  let bytes = 0

  const takeFiles = async (places: readonly Place[]): Promise<void> => {
    const taken = await mapInLanes(places, lanes, async ({ path, handle }) => {
      try {
        return isFile(handle) ? browserFile(path, await handle.getFile(), handle) : null
      } catch {
        unreadable.push(path)
        return null
      }
    })
    for (const file of taken) {
      if (file === null) continue
      files.push(file)
      bytes += file.size
    }
    onFound(files.length, bytes)
  }

  const childrenOf = async ({ path, handle }: Place): Promise<Place[]> => {
    const children: Place[] = []
    if (!isFolder(handle)) return children
    try {
      for await (const child of handle.values())
        children.push({ path: `${path}/${child.name}`, handle: child })
    } catch {
      unreadable.push(path)
    }
    return children.sort((one, other) => (one.path < other.path ? -1 : 1))
  }

  const named = handles.map((handle) => ({ path: handle.name || namelessFolder, handle }))
  await takeFiles(named.filter(({ handle }) => isFile(handle)))
  const folders = named.filter(({ handle }) => isFolder(handle))
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const children = await childrenOf(next)
    await takeFiles(children.filter(({ handle }) => isFile(handle)))
    folders.push(...children.filter(({ handle }) => isFolder(handle)).reverse())
  }
  return { files, unreadable }
}

/** The types of the platform do not know it: only some browsers keep handles. */
type Asked = FileSystemHandle & {
  queryPermission?(terms: { readonly mode: 'read' }): Promise<PermissionState>
}

/** True when every one of them may be read without asking. */
export const mayRead = async (handles: readonly FileSystemHandle[]): Promise<boolean> => {
  for (const handle of handles as readonly Asked[])
    if ((await handle.queryPermission?.({ mode: 'read' })) !== 'granted') return false
  return handles.length > 0
}
