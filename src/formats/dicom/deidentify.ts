/**
 * De-identify: a copy of an image without whose it is, by the basic profile of PS3.15 Annex E. Bytes are spliced: what
 * stays is the file's own, pixel data above all, which is never decoded or written again.
 *
 * Stricter than the profile where it leaves a choice: what the standard does not know, what has not the type it should
 * have, overlays and curves are removed. What a table cannot clean is refused: reports and documents, screenshots,
 * photographs, ultrasound, and what says that names are burned into its picture (113101 is a person's work).
 */

import { mapUids, padText } from './deid-values.ts'
import {
  cleanElements,
  type Deidentification,
  type DeidRefusal,
  lengthOf,
  Refused,
  type Run,
  type Written,
  writeElement,
  writeHeader,
} from './deid-walk.ts'
import { itemTag, readElementHeader, undefinedLength } from './element-header.ts'
import { recordTypeOf } from './record-type.ts'
import { transferSyntax } from './transfer-syntax.ts'

const storage = '1.2.840.10008.5.1.4.1.1.'

/** Secondary captures, ultrasound, photographs and other visible light: names are often in the picture itself. */
const tellingPictures = /^(3\.1|6\.[123]?|6|7(\..*)?|77\.1\..*)$/

const isCleanable = (sopClass: string): boolean =>
  recordTypeOf(sopClass, false) === 'IMAGE' && !tellingPictures.test(sopClass.slice(storage.length))

const textOf = (bytes: Buffer): string => bytes.toString('latin1').replace(/[\0 ]+$/, '')

type Meta = { readonly texts: ReadonlyMap<number, string>; readonly end: number }

const readMeta = (file: Buffer): Meta => {
  if (file.length < 132 || file.toString('latin1', 128, 132) !== 'DICM') throw new Refused('unsupported')
  const texts = new Map<number, string>()
  for (let at = 132; ; ) {
    const header = readElementHeader(file, at, { implicit: false, big: false })
    if (header === null) throw new Refused('damaged')
    if (header.tag >>> 16 !== 2) return { texts, end: at }
    const value = at + header.headerBytes
    if (header.length === undefinedLength || value + header.length > file.length) throw new Refused('damaged')
    texts.set(header.tag, textOf(file.subarray(value, value + header.length)))
    at = value + header.length
  }
}

const uidValue = (uid: string): Buffer => Buffer.from(uid.length % 2 === 0 ? uid : `${uid}\0`, 'latin1')

/** A meta group that names class, object and encoding, and nobody. */
const writeMeta = ({ texts }: Meta, syntax: string, { key }: Deidentification): Buffer[] => {
  const uid = (tag: number): Buffer => uidValue(texts.get(tag) ?? '')
  const elements = [
    writeElement(0x00020001, 'OB', [Buffer.of(0, 1)], false),
    writeElement(0x00020002, 'UI', [uid(0x00020002)], false),
    writeElement(0x00020003, 'UI', [mapUids(key, uid(0x00020003))], false),
    writeElement(0x00020010, 'UI', [uidValue(syntax)], false),
    writeElement(0x00020012, 'UI', [uidValue('2.25.57843297265121874936027412861934205587')], false),
  ].flatMap(({ pieces }) => pieces)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(lengthOf(elements))
  const preamble = Buffer.alloc(132)
  preamble.write('DICM', 128, 'latin1')
  return [preamble, ...writeElement(0x00020000, 'UL', [length], false).pieces, ...elements]
}

/** CID 7050 of PS3.16: what was done. */
const methodsOf = ({ dates, characteristics }: Deidentification): [string, string][] => [
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
    text(0x00120062, 'CS', 'YES'),
    writeElement(0x00120064, 'SQ', items, implicit),
    text(0x00280303, 'CS', dates),
  ]
}

const valueOf = (elements: readonly Written[], tag: number): string => {
  const found = elements.find((element) => element.tag === tag)
  return found === undefined ? '' : textOf(Buffer.concat(found.pieces.slice(1)))
}

const clean = (file: Buffer, how: Deidentification): Buffer[] => {
  const meta = readMeta(file)
  const syntax = meta.texts.get(0x00020010) ?? ''
  const encoding = transferSyntax(syntax)
  if (encoding === null || encoding.big || encoding.deflated) throw new Refused('unsupported')
  const run: Run = { bytes: file, implicit: encoding.implicit, how }
  const kept = cleanElements(run, meta.end, file.length, 0)
  const sopClass = valueOf(kept, 0x00080016)
  if (!isCleanable(sopClass) || sopClass !== meta.texts.get(0x00020002)) throw new Refused('needs-person')
  const isBurned = (element: Written): boolean =>
    element.tag === 0x00280301 && valueOf([element], 0x00280301) !== 'NO'
  if (kept.some(isBurned)) throw new Refused('needs-person')
  const markers = markersOf(run)
  const stays = kept.filter(({ tag }) => markers.every((marker) => marker.tag !== tag))
  const all = [...stays, ...markers].toSorted((a, b) => a.tag - b.tag)
  return [...writeMeta(meta, syntax, how), ...all.flatMap(({ pieces }) => pieces)]
}

/** The copy of a file of PS3.10 as pieces to be joined; those of its pixels are views of `file`. */
export const deidentify = (file: Buffer, how: Deidentification): readonly Buffer[] | DeidRefusal => {
  try {
    return clean(file, how)
  } catch (error) {
    if (error instanceof Refused) return error.why
    throw error
  }
}
