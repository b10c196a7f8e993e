/** Trial DICOM: writes small DICOM files for tests, right or wrong as asked. No part of the running program. */

/** How the elements are written. */
export type TrialEncoding = 'explicit' | 'implicit' | 'big'

/** `text` is written as Latin-1 unless it is bytes; `declared` lies about the length. */
export type TrialElement = {
  readonly tag: number
  readonly vr: string
  readonly value: string | Buffer
  readonly declared?: number
}

const syntaxes: Readonly<Record<TrialEncoding, string>> = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  big: '1.2.840.10008.1.2.2',
}

const long = ['OB', 'OW', 'SQ', 'UN', 'UT']

/** One element. */
export const writeElement = (element: TrialElement, encoding: TrialEncoding = 'explicit'): Buffer => {
  const raw = typeof element.value === 'string' ? Buffer.from(element.value, 'latin1') : element.value
  const value =
    raw.length % 2 === 0 ? raw : Buffer.concat([raw, Buffer.from(element.vr === 'UI' ? '\0' : ' ')])
  const big = encoding === 'big'
  const wide = encoding !== 'implicit' && long.includes(element.vr)
  const header = Buffer.alloc(wide ? 12 : 8)
  const group = Math.floor(element.tag / 0x10000)
  const number = element.tag % 0x10000
  const length = element.declared ?? value.length
  const put16 = (n: number, at: number) => (big ? header.writeUInt16BE(n, at) : header.writeUInt16LE(n, at))
  const put32 = (n: number, at: number) => (big ? header.writeUInt32BE(n, at) : header.writeUInt32LE(n, at))
  put16(group, 0)
  put16(number, 2)
  if (encoding === 'implicit') put32(length, 4)
  else {
    header.write(element.vr, 4, 'latin1')
    if (wide) put32(length, 8)
    else put16(length, 6)
  }
  return Buffer.concat([header, value])
}

/** Two bytes of a US value. */
export const short = (value: number, encoding: TrialEncoding = 'explicit'): Buffer => {
  const bytes = Buffer.alloc(2)
  if (encoding === 'big') bytes.writeUInt16BE(value)
  else bytes.writeUInt16LE(value)
  return bytes
}

/** The elements of a 16 × 16 CT slice; `changes` replaces elements by tag, null leaves one out. */
export const ctElements = (
  encoding: TrialEncoding = 'explicit',
  changes: Readonly<Record<number, Omit<TrialElement, 'tag'> | null>> = {},
): TrialElement[] => {
  const usual: Record<number, Omit<TrialElement, 'tag'> | null> = {
    0x00080016: { vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.2' },
    0x00080018: { vr: 'UI', value: '1.2.3.4.5' },
    0x00080020: { vr: 'DA', value: '20260102' },
    0x00080060: { vr: 'CS', value: 'CT' },
    0x00100010: { vr: 'PN', value: 'Doe^Jane' },
    0x00100020: { vr: 'LO', value: 'P-1' },
    0x00100030: { vr: 'DA', value: '19700203' },
    0x0020000d: { vr: 'UI', value: '1.2.3' },
    0x0020000e: { vr: 'UI', value: '1.2.3.4' },
    0x00200013: { vr: 'IS', value: '7' },
    0x00200032: { vr: 'DS', value: '-1.5\\2\\3e1' },
    0x00280002: { vr: 'US', value: short(1, encoding) },
    0x00280010: { vr: 'US', value: short(16, encoding) },
    0x00280011: { vr: 'US', value: short(16, encoding) },
    0x00280100: { vr: 'US', value: short(16, encoding) },
    0x7fe00010: { vr: 'OW', value: Buffer.alloc(512, 7) },
    ...changes,
  }
  return Object.entries(usual)
    .flatMap(([tag, element]) => (element === null ? [] : [{ tag: Number(tag), ...element }]))
    .sort((a, b) => a.tag - b.tag)
}

/** A data set without anything before it. */
export const writeDataSet = (
  elements: readonly TrialElement[],
  encoding: TrialEncoding = 'explicit',
): Buffer => Buffer.concat(elements.map((element) => writeElement(element, encoding)))

/** Preamble, prefix and meta group before `body`. */
export const writePart10 = (body: Buffer, syntax: string, preamble: Buffer = Buffer.alloc(128)): Buffer =>
  Buffer.concat([
    preamble,
    Buffer.from('DICM'),
    writeElement({ tag: 0x00020002, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.2' }),
    writeElement({ tag: 0x00020003, vr: 'UI', value: '1.2.3.4.5' }),
    writeElement({ tag: 0x00020010, vr: 'UI', value: syntax }),
    body,
  ])

/** A whole CT file. */
export const writeCt = (
  encoding: TrialEncoding = 'explicit',
  changes: Parameters<typeof ctElements>[1] = {},
): Buffer => writePart10(writeDataSet(ctElements(encoding, changes), encoding), syntaxes[encoding])
