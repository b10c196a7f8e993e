/**
 * Inspect DICOM: from a file read by range to its verdict codes and facts. Tolerates what readers tolerate
 * (no preamble, no meta group, wrong transfer syntax) and says so. Never throws for what a file holds.
 */

import { textReader } from '#domain/dicom/character-set.ts'
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { preambleBytes } from '#formats/sniff.ts'
import { type ByteRange, openWindow, windowOn } from './byte-window.ts'
import { type DataSet, readDataSet } from './data-set.ts'
import { listedInside, readListed } from './disc-directory.ts'
import { readInstance, readSealedFacts, tags, wantedInside, wantedTags } from './facts.ts'
import { scanHeader, type ValueSpan } from './header-scan.ts'
import { inflateDataSet } from './inflate.ts'
import { type MetaGroup, readMetaGroup } from './meta-group.ts'
import { judgePixels, judgeTail } from './pixel-rules.ts'
import { judgePreamble } from './preamble.ts'
import { directoryClass, encapsulatedPdfClass, isImageClass } from './storage-class.ts'
import { isVideo, plainSyntaxUid, probeEncoding, transferSyntax } from './transfer-syntax.ts'
import { isUsableUid, isWellFormedUid } from './uid.ts'

export type DicomReport = {
  readonly codes: readonly VerdictCode[]
  /** Null unless study, series, class and object all have a usable number. */
  readonly instance: InstanceFacts | null
  readonly facts: SealedFacts
  /** Where an encapsulated PDF lies in the file, when it lies there as it is. */
  readonly pdf: { readonly offset: number; readonly length: number } | null
  /** SOP Instance UIDs that a disc's directory lists, damaged or not. */
  readonly listed?: readonly string[]
}

type Codes = Set<VerdictCode>

const inside = new Map([...wantedInside, ...listedInside])

const readUid = (set: DataSet, tag: number, absent: VerdictCode, codes: Codes): string | null => {
  const text = set.ascii(tag)
  if (text !== null && !isWellFormedUid(text)) codes.add('UID_MALFORMED')
  if (text !== null && isUsableUid(text)) return text
  codes.add(absent)
  return null
}

const readInstanceOf = (
  set: DataSet,
  meta: MetaGroup,
  syntax: string,
  codes: Codes,
): InstanceFacts | null => {
  const sopClass = readUid(set, tags.sopClass, 'NO_SOP_CLASS', codes)
  const sopUid = readUid(set, tags.sopUid, 'NO_SOP_INSTANCE', codes)
  const studyUid = readUid(set, tags.studyUid, 'NO_STUDY_UID', codes)
  const seriesUid = readUid(set, tags.seriesUid, 'NO_SERIES_UID', codes)
  const differs = (told: string | null, found: string | null): boolean =>
    told !== null && told !== '' && found !== null && told !== found
  if (differs(meta.sopClass, sopClass) || differs(meta.sopUid, sopUid)) codes.add('UID_MISMATCH')
  if (sopClass === null || sopUid === null || studyUid === null || seriesUid === null) return null
  const transferSyntaxUid = isUsableUid(syntax) ? syntax : ''
  return readInstance(set, { sopClass, sopUid, studyUid, seriesUid, transferSyntax: transferSyntaxUid })
}

const identifying = [
  tags.sopClass,
  tags.sopUid,
  tags.studyUid,
  tags.seriesUid,
  tags.patientName,
  tags.patientId,
]

const reject = (codes: Codes, code: VerdictCode): DicomReport => ({
  codes: [...codes, code],
  instance: null,
  facts: {},
  pdf: null,
})

const pdfSpan = (set: DataSet, document: ValueSpan | null): DicomReport['pdf'] =>
  document === null || document.length === null || set.ascii(tags.sopClass) !== encapsulatedPdfClass
    ? null
    : { offset: document.offset, length: document.length }

/**
 * Looks into a DICOM file. `head` is its first piece, at least 1 KiB or the whole file; `bare` says that no
 * preamble stands before it, as `sniff` found.
 */
export const inspectDicom = async (range: ByteRange, head: Buffer, bare: boolean): Promise<DicomReport> => {
  const codes: Codes = new Set()
  const preamble = bare ? null : judgePreamble(head.subarray(0, preambleBytes))
  if (preamble !== null) codes.add(preamble)
  if (bare) codes.add('NO_PREAMBLE')

  const file = openWindow(range, head)
  const meta = await readMetaGroup(file, bare ? 0 : preambleBytes + 4)
  if (meta.end === null) return reject(codes, 'VALUE_PAST_END')
  if (meta.end >= range.size) return reject(codes, 'DICOM_HEADER_ONLY')
  const declared = meta.transferSyntax === null ? null : transferSyntax(meta.transferSyntax)
  if (!meta.present || meta.transferSyntax === null) codes.add('NO_META_HEADER_GUESSED')
  else if (declared === null) codes.add('UNKNOWN_TRANSFER_SYNTAX')

  let window = file
  let source = range
  let start = meta.end
  if (declared?.deflated === true) {
    const inflated = await inflateDataSet(range, start)
    if (typeof inflated === 'string') return reject(codes, inflated)
    if (inflated.code !== null) codes.add(inflated.code)
    const { bytes } = inflated
    window = windowOn(bytes)
    source = { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
    start = 0
  }
  if (!window.holds(start, 16)) await window.move(start, 16)
  const encoding = probeEncoding(window.bytes, start - window.base)
  if (encoding === null) return reject(codes, 'DICOM_HEADER_ONLY')
  if (declared !== null && (declared.implicit !== encoding.implicit || declared.big !== encoding.big))
    codes.add('TS_MISMATCH')

  const scan = await scanHeader(window, start, encoding, wantedTags, inside)
  for (const code of scan.codes) codes.add(code)
  const set = readDataSet(scan.values, encoding.big)
  if (set === null) return reject(codes, 'PARSER_STOPPED')
  // The list a disc carries of its files is no record; what it lists is kept to see what is missing.
  if (set.ascii(tags.sopClass) === directoryClass || meta.sopClass === directoryClass)
    return { ...reject(new Set(), 'DICOM_DIRECTORY'), listed: readListed(scan.items) }
  const empty = scan.pixels === null && identifying.every((tag) => set.bytes(tag) === null)
  if (empty && !scan.stopped) return reject(codes, 'DICOM_NO_CONTENT')

  const found: Codes = new Set()
  const instance = readInstanceOf(set, meta, meta.transferSyntax ?? plainSyntaxUid(encoding), found)
  // Behind the place where a header breaks off, what is missing says nothing.
  for (const code of found) if (!scan.stopped || code.startsWith('UID_')) codes.add(code)
  if (scan.pixels !== null) {
    const video = isVideo(meta.transferSyntax ?? '')
    for (const code of await judgePixels(source, scan.pixels, set, encoding, video)) codes.add(code)
    const encapsulated = scan.pixels.length === null
    if (declared !== null && declared.encapsulated !== null && declared.encapsulated !== encapsulated)
      codes.add('TS_MISMATCH')
  } else if (!scan.stopped) {
    if (isImageClass(set.ascii(tags.sopClass) ?? '') && declared?.encapsulated !== null)
      codes.add('NO_PIXELS')
    const tail = await judgeTail(source, scan.end, encoding)
    if (tail !== null) codes.add(tail)
  }
  const facts = readSealedFacts(set, scan.items, textReader(set.ascii(tags.characterSet), codes))
  return {
    codes: [...codes],
    instance,
    facts,
    pdf: declared?.deflated === true ? null : pdfSpan(set, scan.document),
  }
}
