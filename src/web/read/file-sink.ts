/** Where a download goes: a file the reader chose (File System Access), or the browser's own list of downloads. */
import type { Sink } from './download.ts'
import type { Reading } from './reading.ts'

type Picker = (terms: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>

const picker = (): Picker | null => {
  const found: unknown = Reflect.get(globalThis, 'showSaveFilePicker')
  return typeof found === 'function' ? (terms) => found.call(globalThis, terms) as ReturnType<Picker> : null
}

export const canChooseFile = (): boolean => picker() !== null

/** `dismissed` when the reader chose none; null when the file cannot be written. */
export const chooseFile = async (suggestedName: string): Promise<Sink | 'dismissed' | null> => {
  try {
    const handle = await picker()?.({ suggestedName })
    if (handle === undefined) return null
    const file = await handle.createWritable()
    return {
      write: (piece) => file.write(piece as Uint8Array<ArrayBuffer>),
      close: () => file.close(),
      abort: () => file.abort(),
    }
  } catch (failure) {
    return failure instanceof DOMException && failure.name === 'AbortError' ? 'dismissed' : null
  }
}

/**
 * Starts a download of the browser's own. It carries no header of ours, so the gateway first gives this browser a cookie
 * for this one address, no script can read it, and it ends with its token. False when that was refused.
 */
export const startNativeDownload = async (reading: Reading, path: string): Promise<boolean> => {
  const allowed = await reading.allow()
  if (!allowed) return false
  const link = document.createElement('a')
  link.href = path
  link.download = ''
  document.body.append(link)
  link.click()
  link.remove()
  return true
}
