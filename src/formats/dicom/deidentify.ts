/**
 * De-identify: a copy of an image without whose it is, by the basic profile of PS3.15 Annex E. The copy is a new head
 * and then the file's own pixel data, which is never decoded or written again; so the first bytes of a file are enough.
 *
 * Stricter than the profile where it leaves a choice: what the standard does not know, what has not the type it should
 * have, overlays and curves are removed, and so is what stands behind the pixels. What a table cannot clean is refused:
 * reports and documents; and, unless asked for, pictures that may show a name (113101 is a person's work).
 */

import { wordsOf } from './deid-names.ts'
import { isTelling, pictureBytes } from './deid-pictures.ts'
import {
  cleanDataSet,
  type Deidentification,
  type DeidRefusal,
  endOf,
  lengthOf,
  Refused,
  type Run,
  readHeader,
  Short,
  type Written,
  writeElement,
  writeHeader,
} from './deid-walk.ts'
import { itemTag, readElementHeader, undefinedLength } from './element-header.ts'
import { padText, padUid, withoutPadding } from './padding.ts'
import { recordTypeOf } from './record-type.ts'
import { plainSyntaxUid, probeEncoding, transferSyntax } from './transfer-syntax.ts'

const isCleanable = (sopClass: string): boolean => recordTypeOf(sopClass, false) === 'IMAGE'

const textOf = (bytes: Buffer): string => withoutPadding(bytes.toString('latin1'))

type Meta = { readonly texts: ReadonlyMap<number, string>; readonly end: number }

/** Some files have no preamble, and some of these no meta group either. */
const metaStart = (head: Buffer): number => (head.toString('latin1', 128, 132) === 'DICM' ? 132 : 0)

const readMeta = (head: Buffer, size: number): Meta => {
  if (head.length < Math.min(size, 132)) throw new Short()
  const texts = new Map<number, string>()
  for (let at = metaStart(head); ; ) {
    const header = readElementHeader(head, at, { implicit: false, big: false })
    if (header === null && at + 8 <= size && head.length < size) throw new Short()
    if (header === null) throw new Refused('damaged')
    if (header.tag >>> 16 !== 2) return { texts, end: at }
    const value = at + header.headerBytes
    if (header.length === undefinedLength || value + header.length > size) throw new Refused('damaged')
    if (value + header.length > head.length) throw new Short()
    texts.set(header.tag, textOf(head.subarray(value, value + header.length)))
    at = value + header.length
  }
}

/** Accession Number, Patient's Name and ID. */
const naming: ReadonlySet<number> = new Set([0x00080050, 0x00100010, 0x00100020])
const lastNaming = Math.max(...naming)
const longestName = 1_024

/** The words by which a file calls its patient. */
const readNames = (run: Run, start: number): ReadonlySet<string> => {
  const names = new Set<string>()
  for (let at = start; at < run.size; ) {
    const header = readHeader(run, at, run.size, run.implicit)
    if (header.tag >>> 0 > lastNaming) break
    const value = at + header.headerBytes
    at = endOf(run, at, header, run.size, 0)
    if (!naming.has(header.tag) || at - value > longestName) continue
    if (at > run.bytes.length) throw new Short()
    for (const word of wordsOf(run.bytes.subarray(value, at))) names.add(word)
  }
  return names
}

/** A meta group that names class, object and encoding, and nobody. */
const writeMeta = (sopClass: string, sopUid: string, syntax: string): Buffer[] => {
  const elements = [
    writeElement(0x00020001, 'OB', [Buffer.of(0, 1)], false),
    writeElement(0x00020002, 'UI', [padUid(sopClass)], false),
    writeElement(0x00020003, 'UI', [padUid(sopUid)], false),
    writeElement(0x00020010, 'UI', [padUid(syntax)], false),
    writeElement(0x00020012, 'UI', [padUid('2.25.57843297265121874936027412861934205587')], false),
  ].flatMap(({ pieces }) => pieces)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(lengthOf(elements))
  const preamble = Buffer.alloc(132)
  preamble.write('DICM', 128, 'latin1')
  return [preamble, ...writeElement(0x00020000, 'UL', [length], false).pieces, ...elements]
}

/** CID 7050 of PS3.16: what was done, codes and their meanings. */
export const methodsOf = ({
  dates,
  characteristics,
}: Pick<Deidentification, 'dates' | 'characteristics'>): [string, string][] => [
  ['113100', 'Basic Application Confidentiality Profile'],
  ...(dates === 'kept'
    ? [['113106', 'Retain Longitudinal Temporal Information Full Dates Option'] satisfies [string, string]]
    : []),
  ...(typeof dates === 'object'
    ? [
        ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'] satisfies [
          string,
          string,
        ],
      ]
    : []),
  ...(characteristics
    ? [['113108', 'Retain Patient Characteristics Option'] satisfies [string, string]]
    : []),
]

/** The attributes that say that it was done (PS3.15 §E.1.1). */
const markersOf = ({ implicit, how }: Run): Written[] => {
  const text = (tag: number, vr: string, value: string) => writeElement(tag, vr, [padText(value)], implicit)
  const items = methodsOf(how).flatMap(([code, meaning]) => {
    const pieces = [
      text(0x00080100, 'SH', code),
      text(0x00080102, 'SH', 'DCM'),
      text(0x00080104, 'LO', meaning),
    ].flatMap((element) => element.pieces)
    return [writeHeader(itemTag, '', lengthOf(pieces), true), ...pieces]
  })
  const dates = how.dates === 'kept' ? 'UNMODIFIED' : how.dates === 'removed' ? 'REMOVED' : 'MODIFIED'
  return [
    ...(how.pseudonym === undefined
      ? []
      : [text(0x00100010, 'PN', how.pseudonym.name), text(0x00100020, 'LO', how.pseudonym.id)]),
    text(0x00120062, 'CS', 'YES'),
    text(0x00120063, 'LO', 'Basic profile of DICOM PS3.15'),
    writeElement(0x00120064, 'SQ', items, implicit),
    text(0x00280303, 'CS', dates),
  ]
}

const valueOf = (elements: readonly Written[], tag: number): string => {
  const found = elements.find((element) => element.tag === tag)
  return found === undefined ? '' : textOf(Buffer.concat(found.pieces.slice(1)))
}

/** A copy: its first bytes, and which bytes of the file follow them. */
export type CleanCopy = {
  readonly head: Buffer
  readonly from: number
  /** Null: up to the end of the fragments that begin there, which `watchFragments` finds. */
  readonly to: number | null
  /** Bytes before the first value that follows: the header of an element. */
  readonly elementHeader: number
  /** Only when that was asked for: a name may be part of the picture. */
  readonly mayShowText: boolean
}

type Pixels = ReturnType<typeof cleanDataSet>['pixels']

const pixelTypes: ReadonlySet<string> = new Set(['OB', 'OW', 'OF', 'OD'])

const placeOf = (pixels: Pixels, size: number) => {
  if (pixels === null) return { from: size, to: size, elementHeader: 0 }
  const { at, header } = pixels
  return {
    from: at,
    to: header.length === undefinedLength ? null : at + header.headerBytes + header.length,
    elementHeader: header.headerBytes,
  }
}

/** How the data set is written: as its first element shows it where the file says nothing of it, or is wrong. */
const syntaxOf = (bytes: Buffer, { texts, end }: Meta): string => {
  const told = texts.get(0x00020010)
  const known = told === undefined ? null : transferSyntax(told)
  const found = probeEncoding(bytes, end)
  if (found === null || found.big || known?.deflated === true) throw new Refused('unsupported')
  if (told === undefined) return plainSyntaxUid(found)
  if (known === null) throw new Refused('unsupported')
  if (known.implicit === found.implicit && known.big === found.big) return told
  if (known.encapsulated !== null && known.encapsulated) throw new Refused('damaged')
  return plainSyntaxUid(found)
}

const numberOf = (kept: readonly Written[], tag: number, absent: number): number => {
  const value = kept.find((element) => element.tag === tag)?.pieces.at(-1)
  return value?.length === 2 ? value.readUInt16LE(0) : absent
}

/** A header that is none of pixels, or more bytes than the picture has, could be anything that somebody wrote there. */
const checkPixels = (kept: readonly Written[], pixels: Pixels): void => {
  if (pixels === null) return
  const { vr, length, tag } = pixels.header
  if (vr !== '' && !pixelTypes.has(vr)) throw new Refused('damaged')
  if (length === undefinedLength) return
  const most = pictureBytes({
    rows: numberOf(kept, 0x00280010, 0),
    columns: numberOf(kept, 0x00280011, 0),
    samples: numberOf(kept, 0x00280002, 1),
    bits: tag === 0x7fe00010 ? numberOf(kept, 0x00280100, 16) : 64,
    frames: Math.max(1, Number(valueOf(kept, 0x00280008).trim()) || 1),
  })
  if (length > most) throw new Refused('more-than-picture')
}

const clean = (bytes: Buffer, size: number, how: Deidentification): CleanCopy => {
  const meta = readMeta(bytes, size)
  const syntax = syntaxOf(bytes, meta)
  const implicit = transferSyntax(syntax)?.implicit === true
  const named: Run = { bytes, size, implicit, how, names: new Set() }
  const run = { ...named, names: readNames(named, meta.end) }
  const { kept, pixels } = cleanDataSet(run, meta.end)
  const valuesOf = (tag: number): string[] =>
    kept.filter((element) => element.tag === tag).map((element) => valueOf([element], tag))
  const sopClass = valueOf(kept, 0x00080016)
  const told = meta.texts.get(0x00020002) ?? sopClass
  if (!isCleanable(sopClass) || sopClass !== told) throw new Refused('needs-person')
  checkPixels(kept, pixels)
  const mayShowText = isTelling({
    sopClass,
    modalities: valuesOf(0x00080060),
    types: valuesOf(0x00080008),
    burned: valuesOf(0x00280301),
  })
  if (mayShowText && how.textInPictures !== true) throw new Refused('text-in-picture')
  const markers = markersOf(run)
  const stays = kept.filter(({ tag }) => markers.every((marker) => marker.tag !== tag))
  const all = [...stays, ...markers].toSorted((a, b) => a.tag - b.tag)
  const head = Buffer.concat([
    ...writeMeta(sopClass, valueOf(kept, 0x00080018), syntax),
    ...all.flatMap(({ pieces }) => pieces),
  ])
  return { head, ...placeOf(pixels, size), mayShowText }
}

/**
 * The copy of a file of `size` bytes, of which `bytes` are the first; `short` when these do not reach its
 * pixels.
 */
export const deidentify = (
  bytes: Buffer,
  size: number,
  how: Deidentification,
): CleanCopy | DeidRefusal | 'short' => {
  try {
    return clean(bytes, size, how)
  } catch (error) {
    if (error instanceof Refused) return error.why
    if (error instanceof Short) return 'short'
    throw error
  }
}
