/**
 * DICOM head: whose image a file is and where it belongs, from its first bytes, for the person who is about to send it.
 * Reads what the gateway will read, and decides nothing: the gateway does.
 */
import { textReader } from '#domain/dicom/character-set.ts'
import { showText } from '#domain/dicom/shown-text.ts'
import { isKnownVr } from '#domain/dicom/value-representation.ts'
import { readUid } from '#domain/study.ts'
import { type Encoding, itemTag, readElementHeader, walkElements } from './dicom-elements.ts'
import { type FileWindow, hasMagic, latin, windowOnBytes } from './file-window.ts'
import { inflateStart } from './inflate-start.ts'

/** What a file says of itself; null where it says nothing usable. Dates as written (PS3.5 §6.2, DA). */
export type DicomHead = {
  readonly patientName: string | null
  readonly birthDate: string | null
  readonly sex: string | null
  readonly studyUid: string | null
  readonly seriesUid: string | null
  readonly modality: string | null
  readonly studyDate: string | null
  readonly studyDescription: string | null
  readonly instanceNumber: number | null
}

const tags = {
  characterSet: 0x00080005,
  studyDate: 0x00080020,
  modality: 0x00080060,
  studyDescription: 0x00081030,
  patientName: 0x00100010,
  birthDate: 0x00100030,
  sex: 0x00100040,
  studyUid: 0x0020000d,
  seriesUid: 0x0020000e,
  instanceNumber: 0x00200013,
} as const

const wanted: ReadonlySet<number> = new Set(Object.values(tags))
const metaClass = 0x00020002
const metaSyntax = 0x00020010
const recordsTag = 0x00041220
const droppedTag = 0x00041410
const instanceTag = 0x00041511
const directoryClass = '1.2.840.10008.1.3.10'
const explicit: Encoding = { implicit: false, big: false }
const deflated = /^1\.2\.840\.10008\.1\.2\.(1\.99|4\.95|4\.205)$/
const mostElements = 2_000
const mostRecordElements = 1_000_000

/** What a file is that begins as DICOM does: an image or document, or the list a disc has of its files. */
export type DicomSort =
  | { readonly kind: 'dicom'; readonly head: DicomHead }
  | { readonly kind: 'disc-list'; readonly listed: number }

const probes = (bytes: Uint8Array, at: number): boolean => {
  if (at + 8 > bytes.length) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const group = view.getUint16(at, true)
  if (isKnownVr(String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5))))
    return group === 0x0008 || group === 0x0002 || view.getUint16(at, false) === 0x0008
  const length = view.getUint32(at + 4, true)
  if (group !== 0x0008 || view.getUint16(at + 2, true) > 0x0070 || length > 1_024) return false
  const next = at + 8 + length
  const follower = next + 4 > bytes.length ? group : view.getUint16(next, true)
  return follower >= group && follower <= 0x7fe0
}

/** Where the meta group or the data set begins, 132 or 0; null when the first 1,024 bytes are not DICOM. */
export const dicomStart = (head: Uint8Array): number | null => {
  const magic = hasMagic(head, 128, 'DICM')
  if (magic && (head.length < 140 || (head[132] === 2 && head[133] === 0))) return 132
  if (probes(head, 0)) return 0
  return magic && probes(head, 132) ? 132 : null
}

const readMeta = async (window: FileWindow, start: number) => {
  const texts = new Map<number, string>()
  let at = start
  for (let seen = 0; seen < 64; seen += 1) {
    const bytes = await window.bytes(at, Math.min(12, window.size - at))
    const header = bytes === null ? null : readElementHeader(bytes, explicit)
    if (header === null || header.tag >>> 16 !== 2) break
    const value = at + header.headerBytes
    if (header.length <= 128)
      texts.set(header.tag, latin((await window.bytes(value, header.length)) ?? new Uint8Array()).trim())
    at = value + header.length
  }
  return { sopClass: texts.get(metaClass), syntax: texts.get(metaSyntax) ?? '', end: at }
}

const encodingAt = async (window: FileWindow, at: number): Promise<Encoding | null> => {
  const bytes = await window.bytes(at, 8)
  if (bytes === null) return null
  const implicit = !isKnownVr(String.fromCharCode(bytes[4] ?? 0, bytes[5] ?? 0))
  const [first = 0, second = 0] = bytes
  return { implicit, big: !implicit && first < second }
}

/** PS3.3 Annex F: records that name a file and are still in use, each object once. */
const countListed = async (window: FileWindow, start: number, encoding: Encoding): Promise<number> => {
  const listed = new Set<string>()
  let dropped = false
  const walk = walkElements(window, start, {
    encoding,
    wants: (tag) => tag === droppedTag || tag === instanceTag,
    enters: (tag) => tag === recordsTag,
    mostElements: mostRecordElements,
  })
  for await (const { tag, depth, value } of walk) {
    if (tag === itemTag && depth === 1) dropped = false
    if (depth !== 2 || value === null) continue
    if (tag === droppedTag) dropped = value.length === 2 && value.every((byte) => byte === 0)
    const uid = tag === instanceTag && !dropped ? readUid(latin(value).trim()) : null
    if (uid !== null) listed.add(uid)
  }
  return listed.size
}

const readHead = async (window: FileWindow, start: number, encoding: Encoding): Promise<DicomHead> => {
  const values = new Map<number, Uint8Array>()
  const walk = walkElements(window, start, {
    encoding,
    wants: (tag, depth) => depth === 0 && wanted.has(tag) && !values.has(tag),
    enters: () => false,
    mostElements,
  })
  for await (const { tag, depth, value } of walk) {
    if (depth === 0 && value !== null && value.length > 0) values.set(tag, value)
    if (depth === 0 && tag > tags.instanceNumber && values.has(tags.studyUid)) break
  }
  const plain = (tag: number): string | null => latin(values.get(tag) ?? new Uint8Array()).trim() || null
  const readText = textReader(plain(tags.characterSet), { add: () => {} })
  const text = (tag: number): string | null => readText(values.get(tag) ?? new Uint8Array()) || null
  const number = plain(tags.instanceNumber)
  return {
    patientName: text(tags.patientName),
    birthDate: showText(plain(tags.birthDate) ?? '') || null,
    sex: showText(plain(tags.sex) ?? '') || null,
    studyUid: readUid(plain(tags.studyUid)),
    seriesUid: readUid(plain(tags.seriesUid)),
    modality: (plain(tags.modality) ?? '').replace(/[^A-Z0-9_ ]/g, '').slice(0, 16) || null,
    studyDate: showText(plain(tags.studyDate) ?? '') || null,
    studyDescription: text(tags.studyDescription),
    instanceNumber: number !== null && /^[+-]?\d{1,9}$/.test(number) ? Number(number) : null,
  }
}

const nothing: DicomHead = {
  patientName: null,
  birthDate: null,
  sex: null,
  studyUid: null,
  seriesUid: null,
  modality: null,
  studyDate: null,
  studyDescription: null,
  instanceNumber: null,
}

/** Reads what begins at `start`, as `dicomStart` gave it. @throws FileTrouble */
export const readDicomHead = async (file: FileWindow, start: number): Promise<DicomSort> => {
  const meta = await readMeta(file, start)
  const isDeflated = deflated.test(meta.syntax)
  const window = isDeflated ? windowOnBytes(await inflateStart(file, meta.end)) : file
  const from = isDeflated ? 0 : meta.end
  const encoding = await encodingAt(window, from)
  if (meta.sopClass === directoryClass)
    return { kind: 'disc-list', listed: encoding === null ? 0 : await countListed(window, from, encoding) }
  return { kind: 'dicom', head: encoding === null ? nothing : await readHead(window, from, encoding) }
}
