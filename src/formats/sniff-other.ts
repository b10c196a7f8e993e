/**
 * Sniff other: what a file is that is no record, from its content alone, so that its sender hears in words what to do
 * instead. Nothing here is a check: whatever comes out is refused.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import { readText } from './sniff-text.ts'

export type RefusedKind = Extract<
  VerdictCode,
  | 'OFFICE_DOCUMENT'
  | 'TEXT_FILE'
  | 'VIDEO_OR_SOUND'
  | 'PICTURE_UNSUPPORTED'
  | 'LEFT_OUT_PROGRAM'
  | 'LEFT_OUT_SYSTEM'
  | 'NOT_DICOM_OR_PDF'
>

type Magic = readonly [code: RefusedKind, offset: number, bytes: string]

// In order: the first that fits decides. A dot in no way stands for another byte.
const magics: readonly Magic[] = [
  ['VIDEO_OR_SOUND', 0, '#!AMR'],
  ['LEFT_OUT_PROGRAM', 0, 'MZ'],
  ['LEFT_OUT_PROGRAM', 0, '\x7fELF'],
  ['LEFT_OUT_PROGRAM', 0, '\xfe\xed\xfa\xce'],
  ['LEFT_OUT_PROGRAM', 0, '\xfe\xed\xfa\xcf'],
  ['LEFT_OUT_PROGRAM', 0, '\xce\xfa\xed\xfe'],
  ['LEFT_OUT_PROGRAM', 0, '\xcf\xfa\xed\xfe'],
  ['LEFT_OUT_PROGRAM', 0, '\xca\xfe\xba\xbe'],
  ['LEFT_OUT_PROGRAM', 0, 'dex\n'],
  ['LEFT_OUT_PROGRAM', 0, '\0asm'],
  ['LEFT_OUT_PROGRAM', 0, '#!'],
  ['LEFT_OUT_PROGRAM', 0, 'ITSF'],
  ['LEFT_OUT_PROGRAM', 0, 'ISc('],
  ['LEFT_OUT_PROGRAM', 0, 'SQLite format 3\0'],
  // A shortcut of Windows (MS-SHLLINK 2.1).
  ['LEFT_OUT_PROGRAM', 0, '\x4c\0\0\0\x01\x14\x02\0'],
  ['LEFT_OUT_SYSTEM', 0, '\0\0\0\x01Bud1'],
  // AppleSingle and AppleDouble (RFC 1740).
  ['LEFT_OUT_SYSTEM', 0, '\0\x05\x16\x07'],
  ['LEFT_OUT_SYSTEM', 0, '\0\x05\x16\x00'],
  ['LEFT_OUT_SYSTEM', 0, 'CMMM'],
  ['OFFICE_DOCUMENT', 0, '{\\rtf'],
  ['OFFICE_DOCUMENT', 0, '\xffWPC'],
  ['VIDEO_OR_SOUND', 4, 'moov'],
  ['VIDEO_OR_SOUND', 4, 'mdat'],
  ['VIDEO_OR_SOUND', 4, 'wide'],
  ['VIDEO_OR_SOUND', 8, 'AVI '],
  ['VIDEO_OR_SOUND', 8, 'WAVE'],
  ['VIDEO_OR_SOUND', 8, 'AIFF'],
  ['VIDEO_OR_SOUND', 0, '\x1a\x45\xdf\xa3'],
  ['VIDEO_OR_SOUND', 0, 'ID3'],
  ['VIDEO_OR_SOUND', 0, 'OggS'],
  ['VIDEO_OR_SOUND', 0, 'fLaC'],
  ['VIDEO_OR_SOUND', 0, 'MThd'],
  ['VIDEO_OR_SOUND', 0, 'FLV\x01'],
  ['VIDEO_OR_SOUND', 0, '\0\0\x01\xba'],
  ['VIDEO_OR_SOUND', 0, '\0\0\x01\xb3'],
  ['VIDEO_OR_SOUND', 0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  ['PICTURE_UNSUPPORTED', 0, 'GIF8'],
  ['PICTURE_UNSUPPORTED', 8, 'WEBP'],
  ['PICTURE_UNSUPPORTED', 0, '8BPS'],
  ['PICTURE_UNSUPPORTED', 0, '\0\0\0\x0cjP  '],
  ['PICTURE_UNSUPPORTED', 0, '\xff\x4f\xff\x51'],
  ['PICTURE_UNSUPPORTED', 0, '\0\0\0\x0cJXL '],
  ['PICTURE_UNSUPPORTED', 0, 'gimp xcf'],
]

const latin1 = (head: Buffer, from: number, to: number): string => head.toString('latin1', from, to)

/** Kinds of ISO base media (ISO 14496-12 §4.3) that hold a still picture. */
const stillBrands = /^(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)$/

const sniffMedia = (head: Buffer): RefusedKind | null => {
  if (latin1(head, 4, 8) === 'ftyp')
    return stillBrands.test(latin1(head, 8, 12)) ? 'PICTURE_UNSUPPORTED' : 'VIDEO_OR_SOUND'
  const [first = 0, second = 0] = head
  if (first === 0xff && [0xfb, 0xfa, 0xf3, 0xf2, 0xf1, 0xf9].includes(second)) return 'VIDEO_OR_SOUND'
  const transport = head.length > 376 && [0, 188, 376].every((at) => head[at] === 0x47)
  return transport ? 'VIDEO_OR_SOUND' : null
}

const sniffBitmap = (head: Buffer): RefusedKind | null => {
  if (head.length < 22) return null
  if (latin1(head, 0, 2) === 'BM' && [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14)))
    return 'PICTURE_UNSUPPORTED'
  // An icon, as a disc shows it.
  const icon =
    head.readUInt32LE(0) === 0x0001_0000 && head.readUInt16LE(4) < 65 && head[4] !== 0 && head[9] === 0
  return icon ? 'LEFT_OUT_SYSTEM' : null
}

const oleMagic = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
const oleEntryBytes = 128
const installerClass = Buffer.from('84100c0000000000c000000000000046', 'hex')

/** A compound file (MS-CFB): a thumbnail store and an installer are told by their directory, the rest is a document. */
const sniffOle = (directory: Buffer): RefusedKind => {
  if (directory.length >= oleEntryBytes && directory.subarray(80, 96).equals(installerClass))
    return 'LEFT_OUT_PROGRAM'
  for (let at = oleEntryBytes; at + oleEntryBytes <= directory.length; at += oleEntryBytes) {
    const name = directory.toString('utf16le', at, at + 64).replace(/\0.*$/s, '')
    if (name === 'Catalog' || /^(16|32|48|96|256|768|1024)_[0-9a-f]{8,}$/.test(name)) return 'LEFT_OUT_SYSTEM'
  }
  return 'OFFICE_DOCUMENT'
}

type Range = { readonly size: number; read(offset: number, length: number): Promise<Buffer> }

const sectorBytes = 512

const readOleDirectory = (range: Range, head: Buffer): Promise<Buffer> | Buffer => {
  if (head.length < 64) return Buffer.alloc(0)
  // Sectors of version 4 have 4,096 bytes (MS-CFB 2.2).
  const sector = head.readUInt16LE(30) === 12 ? 4_096 : sectorBytes
  const offset = (head.readUInt32LE(48) + 1) * sector
  return offset + sectorBytes > range.size ? Buffer.alloc(0) : range.read(offset, sectorBytes)
}

const sniffText = (text: string): RefusedKind => {
  const start = text.trimStart().slice(0, 4_096).toLowerCase()
  if (start.startsWith('[autorun]') || /^@?echo off|^@echo /.test(start)) return 'LEFT_OUT_PROGRAM'
  if (/^\[(\.shellclassinfo|viewstate|internetshortcut|localizedfilenames)\]/.test(start))
    return 'LEFT_OUT_SYSTEM'
  return start.startsWith('<') && /<svg[\s>]/.test(start) ? 'PICTURE_UNSUPPORTED' : 'TEXT_FILE'
}

/**
 * Says why a file is refused that is neither a record nor an archive nor a picture that can be shown. `head` is its
 * first piece.
 * @throws only what `range.read` rejects with.
 */
export const sniffOther = async (range: Range, head: Buffer): Promise<RefusedKind> => {
  if (latin1(head, 0, 8) === oleMagic) return sniffOle(await readOleDirectory(range, head))
  const magic = magics.find(([, offset, bytes]) => latin1(head, offset, offset + bytes.length) === bytes)
  const known = magic?.[0] ?? sniffMedia(head) ?? sniffBitmap(head)
  if (known !== null) return known
  const text = readText(head, head.length < range.size)
  return text === null ? 'NOT_DICOM_OR_PDF' : sniffText(text)
}
