/** One original into the reader's downloads, by its own name. */
import type { Reading } from './reading.ts'

/** A name that is no path and has an end. */
const plainName = (name: string): string => name.replace(/[/\\:*?"<>|]|\p{Cc}/gu, '_').slice(-120)

/** False when it could not be had. The browser keeps large Blobs on disk, not in memory. */
export const saveOriginal = async (
  reading: Reading,
  path: string,
  name: string,
  accept?: string,
): Promise<boolean> => {
  try {
    const reply = await reading.get(path, accept === undefined ? {} : { Accept: accept })
    if (!reply.ok) return false
    const address = URL.createObjectURL(await reply.blob())
    const link = document.createElement('a')
    link.href = address
    link.download = plainName(name)
    document.body.append(link)
    link.click()
    link.remove()
    // The download has begun to read it; it may not be taken away in the same turn.
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
    return true
  } catch {
    return false
  }
}
