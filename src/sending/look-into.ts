/**
 * Look into: what a file is, from its bytes; only what belongs to a computer and not to records is also told by its
 * name. A summary for the person who sends: nothing is refused here, and the gateway looks again by itself.
 */
import { type DicomSort, dicomStart, readDicomHead } from './dicom-head.ts'
import { type FileWindow, hasMagic, latin, openWindow } from './file-window.ts'
import { type ListedFile, readSlice } from './listed-file.ts'
import { isLockedPdf, lookIntoZip } from './locks.ts'
import type { Slice } from './read-runs.ts'

export type LookedInto =
  | DicomSort
  | { readonly kind: 'pdf' | 'archive'; readonly locked: boolean }
  /** `shown`: every browser can show it. */
  | { readonly kind: 'picture'; readonly shown: boolean }
  /** `text`: plain text and web pages, which the gateway refuses. */
  | { readonly kind: 'program' | 'system' | 'text' | 'other' }

const headBytes = 8_192

type Magic = readonly [at: number, bytes: string]

const starts = (bytes: string): Magic => [0, bytes]

const pictures: readonly Magic[] = [
  '\xff\xd8\xff',
  '\x89PNG\r\n\x1a\n',
  'II*\0',
  'MM\0*',
  'II+\0',
  'MM\0+',
].map(starts)

const zips = ['PK\x03\x04', 'PK\x05\x06'].map(starts)

const packed: readonly Magic[] = [
  ...['Rar!\x1a\x07', '7z\xbc\xaf\x27\x1c', '\x1f\x8b\x08', '\x1f\x9d', 'BZh', '\xfd7zXZ\0'].map(starts),
  ...['\x28\xb5\x2f\xfd', 'MSCF\0\0\0\0', 'xar!', 'LZIP', '!<arch>\n', '070701', 'PK\x07\x08PK'].map(starts),
  [2, '-lh'],
  [257, 'ustar'],
]

const programs: readonly Magic[] = [
  ...['MZ', '\x7fELF', '\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe'].map(
    starts,
  ),
  ...['\xca\xfe\xba\xbe', 'dex\n', '\0asm', '#!', 'ITSF', 'ISc(', 'SQLite format 3\0'].map(starts),
  // A shortcut of Windows (MS-SHLLINK 2.1).
  starts('\x4c\0\0\0\x01\x14\x02\0'),
]

const systems: readonly Magic[] = ['\0\0\0\x01Bud1', '\0\x05\x16\x07', '\0\x05\x16\0', 'CMMM'].map(starts)

const systemNames =
  /^(autorun\.inf|thumbs\.db|ehthumbs\.db|desktop\.ini|\.ds_store|\.volumeicon\.icns|icon\r|\._.*|\.(trashes|fseventsd|spotlight-v100|metadata_never_index))$/i

const isAny = (head: Uint8Array, magics: readonly Magic[]): boolean =>
  magics.some(([at, bytes]) => hasMagic(head, at, bytes))

/** ISO 14496-12 §4.3: brands of still pictures. */
const isHeic = (head: Uint8Array): boolean =>
  hasMagic(head, 4, 'ftyp') && /^(hei[cxms]|hev[cx]|mif1|msf1|heif)$/.test(latin(head.subarray(8, 12)))

const isPdf = (head: Uint8Array): boolean => {
  let text = ''
  for (const byte of head.subarray(0, 1_024)) text += String.fromCharCode(byte)
  return text.includes('%PDF-') || /[\r\n]\d{1,7} \d{1,5} obj\s{0,4}<</.test(text)
}

const discSector = 32_768
const descriptors = ['CD001', 'BEA01', 'NSR02', 'NSR03']

const isDisc = async (window: FileWindow): Promise<boolean> => {
  const descriptor = await window.bytes(discSector, 8)
  return descriptor !== null && descriptors.some((magic) => hasMagic(descriptor, 1, magic))
}

/** No control character but those of text, in UTF-8, UTF-16 with its mark, or an old set of one byte. */
const isText = (head: Uint8Array): boolean => {
  if (head.length === 0) return false
  if (hasMagic(head, 0, '\xff\xfe') || hasMagic(head, 0, '\xfe\xff')) return true
  return head.every((byte) => byte >= 0x20 || (byte >= 0x08 && byte <= 0x0d) || byte === 0x1b)
}

const sortText = (head: Uint8Array): 'program' | 'system' | 'text' => {
  const start = latin(head.subarray(0, 4_096))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase()
  if (start.startsWith('[autorun]') || /^@?echo off|^@echo /.test(start)) return 'program'
  return /^\[(\.shellclassinfo|viewstate|internetshortcut|localizedfilenames)\]/.test(start)
    ? 'system'
    : 'text'
}

/** What of a file is looked at first; many can be read together. */
export const headOf = (file: ListedFile): Slice => ({ file, start: 0, end: Math.min(file.size, headBytes) })

/** Says what a file is; `known` is its head where that was read before. @throws FileTrouble when it cannot be read */
export const lookInto = async (
  file: ListedFile,
  known: Uint8Array<ArrayBuffer> | null = null,
): Promise<LookedInto> => {
  const head = known ?? (await readSlice(file, 0, headOf(file).end))
  const window = openWindow(file, head)
  const start = dicomStart(head.subarray(0, 1_024))
  if (start !== null) return readDicomHead(window, start)
  if (isAny(head, pictures)) return { kind: 'picture', shown: !/^(II|MM)/.test(latin(head.subarray(0, 2))) }
  if (isHeic(head)) return { kind: 'picture', shown: false }
  if (isPdf(head)) return { kind: 'pdf', locked: await isLockedPdf(file, head) }
  if (isAny(head, zips)) {
    const { kind, locked } = await lookIntoZip(file)
    return kind === 'archive' ? { kind, locked } : { kind }
  }
  if ((await isDisc(window)) || isAny(head, packed)) return { kind: 'archive', locked: false }
  if (isAny(head, programs)) return { kind: 'program' }
  const name = file.path.slice(file.path.lastIndexOf('/') + 1)
  if (isAny(head, systems) || systemNames.test(name)) return { kind: 'system' }
  return { kind: isText(head) ? sortText(head) : 'other' }
}
