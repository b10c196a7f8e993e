/** Locks: whether a PDF or a ZIP says of itself that it wants a password. A few bounded reads; a remark, no verdict. */
import { hasMagic, latin } from './file-window.ts'
import { type ListedFile, readSlice } from './listed-file.ts'

const tailBytes = 4_096
const tableBytes = 2_048
/** The record at the end of a ZIP and the longest comment behind it (APPNOTE 4.3.16). */
const zipTailBytes = 22 + 65_535
const mostDirectoryBytes = 1_048_576

const textOf = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += byte === 0 ? ' ' : String.fromCharCode(byte)
  return text
}

const namesLock = /\/Encrypt(?![A-Za-z])/

/**
 * True when the trailer names an encryption dictionary (ISO 32000-2 §7.5.5, §7.5.8). Such a PDF may also open without
 * a password and only forbid something.
 */
export const isLockedPdf = async (file: ListedFile, head: Uint8Array): Promise<boolean> => {
  const from = Math.max(0, file.size - tailBytes)
  const tail = textOf(await readSlice(file, from, file.size))
  if (namesLock.test(tail)) return true
  const told = Number(/startxref\s+(\d{1,15})\s*%%EOF\s*$/.exec(tail)?.[1] ?? Number.NaN)
  // A linearized file (Annex F) has its first trailer in front.
  if (latin(head).includes('/Linearized') && namesLock.test(textOf(head))) return true
  if (!(told < from)) return false
  return namesLock.test(textOf(await readSlice(file, told, Math.min(file.size, told + tableBytes))))
}

const lastRecord = (bytes: Uint8Array): number => {
  for (let at = bytes.length - 22; at >= 0; at -= 1) if (hasMagic(bytes, at, 'PK\x05\x06')) return at
  return -1
}

/** `other`: an office document in a ZIP's clothes; `program`: a part of one. */
export type LookedZip = { readonly kind: 'archive' | 'other' | 'program'; readonly locked: boolean }

/** Whether an entry is marked as encrypted (APPNOTE 4.4.4, bit 0) and what the names say, as far as they are read. */
export const lookIntoZip = async (file: ListedFile): Promise<LookedZip> => {
  const plain: LookedZip = { kind: 'archive', locked: false }
  const from = Math.max(0, file.size - zipTailBytes)
  const tail = await readSlice(file, from, file.size)
  const end = lastRecord(tail)
  if (end < 0) return plain
  const record = new DataView(tail.buffer, tail.byteOffset + end, 22)
  const start = record.getUint32(16, true)
  const length = Math.min(record.getUint32(12, true), mostDirectoryBytes)
  if (start + length > file.size) return plain
  const directory = await readSlice(file, start, start + length)
  const view = new DataView(directory.buffer, directory.byteOffset, directory.length)
  let locked = false
  let first: string | null = null
  for (let at = 0; at + 46 <= directory.length && hasMagic(directory, at, 'PK\x01\x02'); ) {
    const nameBytes = view.getUint16(at + 28, true)
    const name = latin(directory.subarray(at + 46, at + 46 + Math.min(nameBytes, 64)))
    first ??= name
    if (name === '[Content_Types].xml' || first === 'mimetype') return { kind: 'other', locked: false }
    if (first.startsWith('META-INF/') || name === 'AndroidManifest.xml')
      return { kind: 'program', locked: false }
    locked ||= (view.getUint16(at + 8, true) & 1) === 1
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return { kind: 'archive', locked }
}
