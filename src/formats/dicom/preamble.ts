/**
 * Preamble: the 128 free bytes before a Part 10 file (PS3.10 §7.1). A second file format may begin there; a TIFF
 * does so legitimately, a program or a page does not (CVE-2019-11687).
 *
 * On the way out the 128 bytes are zeros, for a program, a page, a PDF, an archive and for anything unknown. A TIFF's
 * header stays: the file is then meant to be opened both ways, and nothing runs that is opened as a TIFF.
 */
import type { Patch } from '#domain/patch.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { preambleBytes } from '#formats/sniff.ts'

const programs = [
  'MZ',
  '\x7fELF',
  'PK',
  '#!',
  '\0asm',
  'dex\n',
  'Rar!',
  '7z\xbc\xaf',
  'MSCF',
  '\x1f\x8b',
  '%!PS',
  '{\\rtf',
  '@echo',
  '\xd0\xcf\x11\xe0',
  'L\0\0\0\x01\x14\x02\0',
  '\xca\xfe\xba\xbe',
  '\xfe\xed\xfa',
  '\xcf\xfa\xed\xfe',
  '\xce\xfa\xed\xfe',
]
const tiffs = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']
const anywhere = /%PDF-|<\s*(!doctype|html|script|svg|body|iframe|img|\?xml|\?php)/i

/** Says what the 128 bytes are, or null when they are all zero. */
export const judgePreamble = (preamble: Buffer): VerdictCode | null => {
  if (preamble.every((byte) => byte === 0)) return null
  const text = preamble.toString('latin1')
  const starts = (magics: readonly string[]): boolean => magics.some((magic) => text.startsWith(magic))
  if (starts(programs) || anywhere.test(text)) return 'PREAMBLE_EXECUTABLE'
  return starts(tiffs) ? 'PREAMBLE_TIFF' : 'PREAMBLE_NONZERO'
}

/** What is changed on its way out of a DICOM file for which these codes were found. */
export const preamblePatches = (codes: readonly VerdictCode[]): readonly Patch[] =>
  codes.includes('PREAMBLE_EXECUTABLE') || codes.includes('PREAMBLE_NONZERO')
    ? [{ at: 0, length: preambleBytes, bytes: new Uint8Array(0) }]
    : []
