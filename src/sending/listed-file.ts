/**
 * What is to be sent, wherever it comes from: files a browser was given, files on a disk, bytes in memory. A file
 * that cannot be had as it was listed is left out with a reason; it never stops the others.
 */

/** `changed`: no longer what was listed. `gone`: not there any more. `unreadable`: a scratched disc, or no right to. */
export type LeftOutReason = 'changed' | 'gone' | 'unreadable'

/** Why the bytes of a file cannot be had. */
export class FileTrouble extends Error {
  readonly reason: LeftOutReason

  constructor(reason: LeftOutReason, cause?: unknown) {
    super(reason, { cause })
    this.name = 'FileTrouble'
    this.reason = reason
  }
}

/** A file as it was listed; `modified` in milliseconds since 1970. */
export type ListedFile = {
  readonly path: string
  readonly size: number
  readonly modified: number | null
  /** Bytes `start … end-1`. Rejects with `FileTrouble`; whatever else it rejects with counts as `unreadable`. */
  open(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Where files come from. Listed once; the same files listed again go on where they stopped. */
export type FileSource = { list(): Promise<readonly ListedFile[]> }

/** Reads a slice and sees that it is as long as it must be. @throws FileTrouble */
export const readSlice = async (
  file: ListedFile,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  if (start === end) return new Uint8Array(0)
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = await file.open(start, end)
  } catch (error) {
    throw error instanceof FileTrouble ? error : new FileTrouble('unreadable', error)
  }
  if (bytes.length !== end - start) throw new FileTrouble('changed')
  return bytes
}
