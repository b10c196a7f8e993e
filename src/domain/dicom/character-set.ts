/**
 * Character sets: turns the bytes of a value into text a page may show (PS3.5 §6.1, PS3.3 §C.12.1.1.2). Files
 * often declare the wrong set or none, so the bytes are asked too. Text that comes out is short, has no control
 * or direction-changing characters and is otherwise as it was written.
 */
import { readSwitched } from './code-switching.ts'
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
  ['ISO_IR 87', 'shift_jis'],
  ['ISO_IR 159', 'shift_jis'],
  ['ISO_IR 149', 'euc-kr'],
  ['ISO_IR 58', 'gbk'],
  ['ISO_IR 192', 'utf-8'],
  ['GB18030', 'gb18030'],
  ['GBK', 'gbk'],
  ['GB2312', 'gbk'],
  ['UTF-8', 'utf-8'],
])

const wideLabels: ReadonlySet<string> = new Set(['shift_jis', 'euc-kr', 'gbk', 'gb18030'])

/** Why a text may be spelled wrongly; each is a verdict code. */
export type CharsetRemark =
  | 'CHARSET_UNKNOWN'
  | 'CHARSET_INVALID'
  | 'CHARSET_UNDECLARED'
  | 'CHARSET_PROBABLY_UTF8'

/** Takes remarks; a set of codes does. */
export type Remarks = { add(remark: CharsetRemark): unknown }

/** Reads text of one file; adds a remark when the text may be spelled wrongly. */
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

// No decoder of the platform: what it calls latin1 is windows-1252, which reads 0x80 to 0x9F otherwise.
const readLatin = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

// Few bytes of an East Asian set also form UTF-8, rarely two long sequences and nothing else.
const readUtf8Instead = (label: string | undefined, bytes: Uint8Array): string | null => {
  const text = decode('utf-8', bytes)
  if (text === null || label === undefined || label === 'latin1') return text
  const beyond = Array.from(text).filter((character) => character >= '\u0080')
  const told = beyond.length >= 2 && (!wideLabels.has(label) || beyond.every((one) => one >= '\u0800'))
  return told ? text : null
}

const nameOf = (declared: string): string =>
  declared
    .trim()
    .toUpperCase()
    .replace(/^ISO[ _-]*(2022[ _-]*)?IR[ _-]*/, 'ISO_IR ')

/** Decodes; `whole` says that nothing was cut off, so that half a character at the end is the file's own. */
type Decode = (bytes: Uint8Array, whole: boolean) => string

const textDecoder = (declared: string | null, codes: Remarks): Decode => {
  const names = (declared ?? '').split('\\').map(nameOf)
  const named = labels.get(names[0] ?? '')
  const later = names.slice(1).map((name) => labels.get(name))
  // Behind no set of its own (ASCII), the next one is what text is in, even where the escape was left out.
  const ascii = names[0] === '' || names[0] === 'ISO_IR 6'
  const label = ascii ? (later.find((one) => one !== undefined) ?? named) : named
  const undeclared = (declared ?? '').trim() === ''
  const switches = names.length > 1 || /2022/.test(declared ?? '')

  const readEscaped = (bytes: Uint8Array, whole: boolean): string => {
    const { text, unknown, invalid } = readSwitched(bytes, label ?? 'latin1')
    if (unknown) codes.add('CHARSET_UNKNOWN')
    if (invalid && whole) codes.add('CHARSET_INVALID')
    if (!switches) codes.add(undeclared ? 'CHARSET_UNDECLARED' : 'CHARSET_INVALID')
    return text
  }
  const readHigh = (bytes: Uint8Array, whole: boolean): string => {
    const utf8 = label === 'utf-8' ? null : readUtf8Instead(label, bytes)
    if (label === undefined) codes.add('CHARSET_UNKNOWN')
    if (utf8 !== null) codes.add('CHARSET_PROBABLY_UTF8')
    else if (undeclared) codes.add('CHARSET_UNDECLARED')
    if (utf8 !== null) return utf8
    if (label === undefined || label === 'latin1') return readLatin(bytes)
    const text = decode(label, bytes)
    if (text !== null) return text
    if (whole) codes.add('CHARSET_INVALID')
    const shown = new TextDecoder(label).decode(bytes)
    return label === 'utf-8' && whole ? readLatin(bytes) : shown
  }
  return (bytes, whole) => {
    if (bytes.includes(0x1b)) return readEscaped(bytes, whole)
    return bytes.some((byte) => byte >= 0x80) ? readHigh(bytes, whole) : readLatin(bytes)
  }
}

/** Makes the reader for a file that declares `declared` in (0008,0005), possibly several by backslash. */
export const textReader = (declared: string | null, codes: Remarks): TextReader => {
  const decodeText = textDecoder(declared, codes)
  return (value) => {
    const bytes = value.subarray(0, longestText * bytesPerCharacter)
    return showText(decodeText(bytes, value.length === bytes.length))
  }
}

/** Like `textReader`, but the text is as the file has it: whole, and with everything that is in it. */
export const wholeTextReader = (declared: string | null): TextReader => {
  const decodeText = textDecoder(declared, new Set())
  return (bytes) => decodeText(bytes, true)
}
