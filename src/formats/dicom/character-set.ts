/**
 * Character sets: turns the bytes of a value into text a page may show (PS3.5 §6.1, PS3.3 §C.12.1.1.2). Text
 * that comes out is short, has no control or direction-changing characters and is otherwise as it was written.
 */
import type { VerdictCode } from '#domain/verdict.ts'
import { longestText, showText } from './shown-text.ts'

const bytesPerCharacter = 4

const labels: ReadonlyMap<string, string> = new Map([
  ['', 'latin1'],
  ['ISO_IR 6', 'latin1'],
  ['ISO_IR 100', 'latin1'],
  ['ISO_IR 101', 'iso-8859-2'],
  ['ISO_IR 109', 'iso-8859-3'],
  ['ISO_IR 110', 'iso-8859-4'],
  ['ISO_IR 144', 'iso-8859-5'],
  ['ISO_IR 127', 'iso-8859-6'],
  ['ISO_IR 126', 'iso-8859-7'],
  ['ISO_IR 138', 'iso-8859-8'],
  ['ISO_IR 148', 'windows-1254'],
  ['ISO_IR 203', 'iso-8859-15'],
  ['ISO_IR 166', 'windows-874'],
  ['ISO_IR 13', 'shift_jis'],
  ['ISO_IR 192', 'utf-8'],
  ['GB18030', 'gb18030'],
  ['GBK', 'gbk'],
])

/** Reads text of one file; adds a warning to `codes` when the text may be spelled wrongly. */
export type TextReader = (bytes: Uint8Array) => string

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

const decode = (label: string, bytes: Uint8Array): string | null => {
  const decoder = decoders.get(label) ?? new TextDecoder(label, { fatal: true })
  decoders.set(label, decoder)
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

const readLatin = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Makes the reader for a file that declares `declared` in (0008,0005), possibly several by backslash. */
export const textReader = (declared: string | null, codes: Set<VerdictCode>): TextReader => {
  const names = (declared ?? '')
    .split('\\')
    .map((name) => name.trim().replace(/^ISO[ _]2022[ _]IR/, 'ISO_IR'))
  const label = labels.get((names[0] ?? '').replace(/^ISO IR/, 'ISO_IR'))
  const undeclared = declared === null || declared.trim() === ''
  return (value) => {
    const bytes = value.subarray(0, longestText * bytesPerCharacter)
    if (bytes.includes(0x1b)) codes.add('CHARSET_UNKNOWN')
    if (!bytes.some((byte) => byte >= 0x80)) return showText(readLatin(bytes))
    if (label === undefined) codes.add('CHARSET_UNKNOWN')
    if (label === undefined || label === 'latin1') {
      const utf8 = decode('utf-8', bytes)
      if (utf8 !== null) codes.add('CHARSET_PROBABLY_UTF8')
      else if (undeclared) codes.add('CHARSET_UNDECLARED')
      return showText(utf8 ?? readLatin(bytes))
    }
    const whole = decode(label, bytes)
    if (whole === null && value.length === bytes.length) codes.add('CHARSET_INVALID')
    return showText(whole ?? new TextDecoder(label).decode(bytes))
  }
}
