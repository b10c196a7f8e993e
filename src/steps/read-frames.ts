/**
 * Read frames: parts of a DICOM object that are had by themselves: frames as they are stored, and one long value (PS3.18
 * §10.4.1.1.5, §10.4.1.1.6). The header is looked at; of the rest only what goes out is read, while it goes.
 */
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { createGate } from '#domain/gate.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import {
  blankSheet,
  canDraw,
  drawFrame,
  type GreyWindow,
  mayShowText,
  shrinkPicture,
} from '#formats/dicom/draw-frame.ts'
import { type FramePieces, findFrames } from '#formats/dicom/find-frames.ts'
import { findValue } from '#formats/dicom/find-value.ts'
import { frameType } from '#formats/dicom/frame-type.ts'
import { wordBytes } from '#formats/dicom/json-value.ts'
import { type OpenObject, openingBytes, openObject } from '#formats/dicom/open-object.ts'
import { type Picture, readPicture, type Span } from '#formats/dicom/read-image.ts'
import { swapBatches } from '#formats/dicom/swap-batches.ts'
import { explicitLittle } from '#formats/dicom/transfer-syntax.ts'
import { writePng } from '#formats/image/write-png.ts'
import { servedItem } from '#formats/pack/served-item.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { InstanceLedger, InstanceScope } from '#ports/instance-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'

export type ReadFramesNeeds = {
  readonly instances: Pick<InstanceLedger, 'content'>
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read'>
}

type Batches = AsyncIterable<readonly Uint8Array[]>

export type StoredPart = {
  readonly length: number
  /** Its bytes in batches. The buffers are the caller's, who may free them. */
  open(): Batches
}

export type StoredParts = {
  readonly item: ItemId
  /** How they are encoded, and the media type of that: `application/octet-stream` for native ones. */
  readonly transferSyntax: string
  readonly type: string
  readonly parts: readonly StoredPart[]
}

/** One object of a case. */
export type InstanceAddress = Required<InstanceScope>

type Opened = {
  readonly item: ItemId
  readonly object: OpenObject
  readonly open: (span: Span) => Batches
}

async function* inMemory(
  object: OpenObject,
  { offset, length }: Span,
): Batches & AsyncGenerator<Uint8Array[]> {
  yield [Buffer.from(await object.source.read(offset, length))]
}

/** The object of a scope that speaks for it: the one in the middle, which shows the most of a stack of slices. */
const openOne = async (
  { instances, vault, store }: ReadFramesNeeds,
  of: CaseId,
  scope: InstanceScope,
): Promise<Opened | Refusal> => {
  const content = await instances.content(of, scope)
  const middle = scope.instance === undefined ? Math.floor((content?.items.length ?? 0) / 2) : 0
  const item = content?.items[middle]
  if (content === null || item === undefined) return refuse('item.not-found')
  const key = await vault.open(of, content.wrappedKey)
  const extents = openExtents(key, item.extents)
  const file = servedItem(item.size, extents, item.served?.patches ?? [], readPacks(store))
  const object = await openObject(file, await file.read(0, Math.min(item.size, openingBytes)))
  if (object === null) return refuse('part.not-separate')
  return {
    item: item.id,
    object,
    open: (span) =>
      object.deflated ? inMemory(object, span) : file.open(span.offset, span.offset + span.length),
  }
}

async function* join(pieces: readonly Span[], open: Opened['open']): AsyncGenerator<readonly Uint8Array[]> {
  for (const piece of pieces) yield* open(piece)
}

/** Bytes of one word of native pixels: 16 bits as OW, unless a pixel takes more or they are single bytes. */
const pixelWord = ({ bitsAllocated, pixels }: Picture): number => {
  if (bitsAllocated === 32) return 4
  if (bitsAllocated === 64) return 8
  return wordBytes(pixels?.vr ?? 'OW')
}

const toParts = (
  { item, object, open }: Opened,
  picture: Picture,
  frames: readonly FramePieces[],
): StoredParts => {
  const native = picture.pixels?.length !== null
  const width = native && object.encoding.big ? pixelWord(picture) : 1
  return {
    item,
    transferSyntax: native ? explicitLittle : object.transferSyntax,
    type: native ? 'application/octet-stream' : frameType(object.transferSyntax),
    parts: frames.map((pieces) => ({
      length: pieces.reduce((sum, { length }) => sum + length, 0),
      open: () => (width === 1 ? join(pieces, open) : swapBatches(join(pieces, open), width)),
    })),
  }
}

const refusals = {
  'no-such-frame': 'part.not-found',
  'not-separate': 'part.not-separate',
  damaged: 'part.not-separate',
} as const

/**
 * Frames of one object, counted from 1, in the order asked for. Refuses `item.not-found`, `part.not-found` for a frame
 * it does not have, and `part.not-separate` where frames cannot be told apart without decoding them.
 */
export const readFrames =
  (needs: ReadFramesNeeds) =>
  async (of: CaseId, scope: InstanceAddress, frames: readonly number[]): Promise<StoredParts | Refusal> => {
    const opened = await openOne(needs, of, scope)
    if (isRefusal(opened)) return opened
    const picture = await readPicture(opened.object)
    const found = await findFrames(opened.object.source, picture, frames)
    return typeof found === 'string' ? refuse(refusals[found]) : toParts(opened, picture, found)
  }

/**
 * One value of an object by its place (`TAG`, or `TAG.item.TAG` inside a sequence), little-endian; encapsulated pixels
 * as their frames. Refuses as `readFrames` does.
 */
export const readBulk =
  (needs: ReadFramesNeeds) =>
  async (of: CaseId, scope: InstanceAddress, place: string): Promise<StoredParts | Refusal> => {
    const opened = await openOne(needs, of, scope)
    if (isRefusal(opened)) return opened
    const value = await findValue(opened.object, place)
    if (value === null) return refuse('part.not-found')
    if (value.length === null) {
      const picture = await readPicture(opened.object)
      const found = await findFrames(opened.object.source, picture, 'all')
      return typeof found === 'string' ? refuse(refusals[found]) : toParts(opened, picture, found)
    }
    const { offset, length, vr } = value
    if (offset + length > opened.object.source.size) return refuse('part.not-separate')
    const width = opened.object.encoding.big ? wordBytes(vr) : 1
    const open = () => opened.open({ offset, length })
    return {
      item: opened.item,
      transferSyntax: explicitLittle,
      type: 'application/octet-stream',
      parts: [{ length, open: () => (width === 1 ? open() : swapBatches(open(), width)) }],
    }
  }

export type DrawTerms = {
  /** Null for the window of the object. */
  readonly window: GreyWindow | null
  /** Largest picture, pixels; null for as large as it is. */
  readonly most: { readonly width: number; readonly height: number } | null
  /** A small sign of it, on which nobody's name can stand. */
  readonly thumbnail: boolean
}

export type Drawn = {
  readonly item: ItemId
  readonly type: 'image/png' | 'image/jpeg' | 'application/pdf'
  readonly bytes: Buffer
}

const jpegBaseline = '1.2.840.10008.1.2.4.50'
const shownAsStored: ReadonlySet<string> = new Set(['MONOCHROME2', 'YBR_FULL', 'YBR_FULL_422'])

/** Documents and codestreams longer than this are not held to be shown, bytes. */
const mostShown = 33_554_432

const gather = async (batches: Batches): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for await (const batch of batches) pieces.push(...batch)
  return Buffer.concat(pieces)
}

const drawn = async (item: ItemId, picture: Parameters<typeof writePng>[0]): Promise<Drawn> => ({
  item,
  type: 'image/png',
  bytes: await writePng(picture),
})

/**
 * A frame as a picture, or the document of an object; of a study or series that of the object in its middle. Refuses
 * as `readFrames` does, and `part.not-separate` for what is not drawn here.
 */
export const readRendered = (needs: ReadFramesNeeds) => {
  // A large picture takes a hundred megabytes while it is drawn, so they take turns.
  const turns = createGate(1)
  const draw = async (opened: Opened, frame: number, terms: DrawTerms): Promise<Drawn | Refusal> => {
    const { item, object } = opened
    const picture = await readPicture(object)
    if (terms.thumbnail && mayShowText(picture)) return drawn(item, blankSheet())
    const { document, pixels, documentType } = picture
    if (pixels === null && document !== null && documentType === 'application/pdf' && frame === 1) {
      if (document.length > mostShown) return refuse('part.not-separate')
      return { item, type: 'application/pdf', bytes: await gather(opened.open(document)) }
    }
    const found = await findFrames(object.source, picture, [frame])
    if (typeof found === 'string') return refuse(refusals[found])
    const [part] = toParts(opened, picture, found).parts
    if (part === undefined) return refuse('part.not-found')
    const encapsulated = pixels?.length === null
    const asStored = object.transferSyntax === jpegBaseline && shownAsStored.has(picture.photometric)
    if (encapsulated && asStored && terms.window === null && part.length <= mostShown)
      return { item, type: 'image/jpeg', bytes: await gather(part.open()) }
    if (encapsulated || !canDraw(picture))
      return terms.thumbnail ? drawn(item, blankSheet()) : refuse('part.not-separate')
    const whole = drawFrame(await gather(part.open()), picture, terms.window)
    return drawn(item, terms.most === null ? whole : shrinkPicture(whole, terms.most))
  }
  return async (
    of: CaseId,
    scope: InstanceScope,
    frame: number,
    terms: DrawTerms,
  ): Promise<Drawn | Refusal> => {
    const opened = await openOne(needs, of, scope)
    return isRefusal(opened) ? opened : turns.run(() => draw(opened, frame, terms))
  }
}
