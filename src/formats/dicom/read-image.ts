/**
 * What the header of an object says of its picture, and where its pixels, offset tables and document lie. Numbers are
 * as the file has them; nothing of the pixels is read.
 */
import type { OpenObject } from './open-object.ts'
import { withoutPadding } from './padding.ts'
import { type WalkedElement, walkElements } from './walk-elements.ts'

export type Span = { readonly offset: number; readonly length: number }

export type Pixels = {
  /** Null when they are encapsulated. */
  readonly length: number | null
  readonly offset: number
  readonly tag: number
  readonly vr: string
}

export type Picture = {
  readonly sopClass: string
  readonly modality: string
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly samples: number
  readonly planar: boolean
  readonly photometric: string
  readonly bitsAllocated: number
  readonly bitsStored: number
  /** Null where the file does not say. */
  readonly highBit: number | null
  readonly signed: boolean
  /** The first window of the file and how stored values become those it speaks of; null where there is none. */
  readonly window: { readonly centre: number; readonly width: number } | null
  readonly slope: number
  readonly intercept: number
  /** Burned In Annotation (0028,0301): `YES`, `NO`, or whatever stands there. */
  readonly burnedIn: string
  readonly pixels: Pixels | null
  /** Extended Offset Table (7FE0,0001) and its lengths (7FE0,0002). */
  readonly offsets: Span | null
  readonly lengths: Span | null
  /** An encapsulated document (0042,0011) and its kind (0042,0012). */
  readonly document: Span | null
  readonly documentType: string
}

const tags = {
  sopClass: 0x00080016,
  modality: 0x00080060,
  samples: 0x00280002,
  photometric: 0x00280004,
  planar: 0x00280006,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  bitsAllocated: 0x00280100,
  bitsStored: 0x00280101,
  highBit: 0x00280102,
  representation: 0x00280103,
  burned: 0x00280301,
  centre: 0x00281050,
  width: 0x00281051,
  intercept: 0x00281052,
  slope: 0x00281053,
  documentType: 0x00420012,
} as const

const wanted: ReadonlySet<number> = new Set(Object.values(tags))
const longest = 512
const pixelTags: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010])
const documentTag = 0x00420011
const offsetsTag = 0x7fe00001
const lengthsTag = 0x7fe00002

const spanOf = (element: WalkedElement | undefined): Span | null =>
  element === undefined || element.length === null ? null : { offset: element.offset, length: element.length }

/** Walks the header of `object`. Only a failing read throws. */
export const readPicture = async ({ window, start, encoding }: OpenObject): Promise<Picture> => {
  const values = new Map<number, Buffer>()
  const places = new Map<number, WalkedElement>()
  let depth = 0
  for await (const step of walkElements(window, start, encoding)) {
    if (step.kind === 'sequence') depth += 1
    else if (step.kind === 'sequence-end') depth -= 1
    if (step.kind !== 'element' || depth > 0) continue
    const { tag, offset, length } = step
    if (pixelTags.has(tag) || tag === documentTag || tag === offsetsTag || tag === lengthsTag)
      places.set(tag, step)
    if (!wanted.has(tag) || length === null || length > longest || values.has(tag)) continue
    if (!window.holds(offset, length)) await window.move(offset, longest)
    values.set(tag, Buffer.from(window.bytes.subarray(offset - window.base, offset - window.base + length)))
  }
  const text = (tag: number): string => withoutPadding(values.get(tag)?.toString('latin1') ?? '').trim()
  const word = (tag: number): number => {
    const bytes = values.get(tag)
    if (bytes === undefined || bytes.length < 2) return 0
    return encoding.big ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0)
  }
  const decimal = (tag: number): number | null => {
    const first = text(tag).split('\\')[0]?.trim() ?? ''
    return first === '' || !Number.isFinite(Number(first)) ? null : Number(first)
  }
  const [centre, width] = [decimal(tags.centre), decimal(tags.width)]
  const pixels = [...places.values()].find(({ tag }) => pixelTags.has(tag))
  return {
    sopClass: text(tags.sopClass),
    modality: text(tags.modality),
    rows: word(tags.rows),
    columns: word(tags.columns),
    // As inspection reads it: `4e9` is no number of frames (PS3.5 §6.2, IS).
    frames: /^\+?\d{1,10}$/.test(text(tags.frames)) ? Math.max(1, Number(text(tags.frames))) : 1,
    samples: Math.max(1, word(tags.samples)),
    planar: word(tags.planar) === 1,
    photometric: text(tags.photometric),
    bitsAllocated: word(tags.bitsAllocated),
    bitsStored: word(tags.bitsStored) || word(tags.bitsAllocated),
    highBit: values.has(tags.highBit) ? word(tags.highBit) : null,
    signed: word(tags.representation) === 1,
    window: centre === null || width === null || width < 1 ? null : { centre, width },
    slope: decimal(tags.slope) || 1,
    intercept: decimal(tags.intercept) ?? 0,
    burnedIn: text(tags.burned).toUpperCase(),
    pixels: pixels ?? null,
    offsets: spanOf(places.get(offsetsTag)),
    lengths: spanOf(places.get(lengthsTag)),
    document: spanOf(places.get(documentTag)),
    documentType: text(tags.documentType),
  }
}
