/**
 * A data set as DICOM JSON (PS3.18 Annex F), straight from the bytes of its file: every attribute, in the order of
 * the file, text as UTF-8. Pixels and long values are told by the address where they can be had. It comes in pieces,
 * so that a header of any length costs a piece and a window.
 */

import { type TextReader, wholeTextReader } from '#domain/dicom/character-set.ts'
import { type JsonSet, tagKey } from '#domain/dicom-json.ts'
import type { ByteWindow } from './byte-window.ts'
import { writeValue } from './json-value.ts'
import type { OpenObject } from './open-object.ts'
import { withoutPadding } from './padding.ts'
import { type WalkedElement, walkElements } from './walk-elements.ts'

/** Values longer than this are told by their address, bytes. */
export const longestInline = 1_024

/** The types that may be told so (§F.2.6); others have at most 64 KiB where their encoding writes a type. */
const bulkTypes: ReadonlySet<string> = new Set(
  'DS FL FD IS LT OB OD OF OL OV OW SL SS ST SV UC UL UN US UT UV'.split(' '),
)
const longestOther = 65_536

const pieceLength = 32_768
const characterSet = 0x00080005
const firstPixels = 0x7fe00008
const lastPixels = 0x7fe00010

/** Where the bytes of a value are had, by where it stands: `TAG`, or `TAG.item.TAG` inside a sequence. */
export type BulkAddress = (place: string) => string

type Level = {
  /** What is written already; a second one of the same tag is damage, and readers of JSON differ on it. */
  readonly seen: Set<number>
  readonly read: TextReader
  /** `TAG.item.` of the items around it. */
  readonly place: string
}

const isBulk = ({ tag, vr, length }: WalkedElement): boolean =>
  length === null ||
  (tag >= firstPixels && tag <= lastPixels) ||
  length > (bulkTypes.has(vr) ? longestInline : longestOther)

const readBytes = async (window: ByteWindow, offset: number, length: number): Promise<Buffer> => {
  if (!window.holds(offset, length)) await window.move(offset, longestOther)
  const i = offset - window.base
  return window.bytes.subarray(i, i + length)
}

/**
 * The data set of `object` as one JSON object, in pieces. `added` stands in it in its place, in front of the file's
 * own attributes of the same tags. Only a failing read throws.
 */
export async function* writeJson(
  { window, start, encoding }: OpenObject,
  added: JsonSet,
  bulk: BulkAddress,
): AsyncGenerator<string> {
  const waiting = Object.entries({ ...added, '00080005': { vr: 'CS', Value: ['ISO_IR 192'] } })
    .map(([key, attribute]) => [Number.parseInt(key, 16), attribute] as const)
    .sort(([a], [b]) => a - b)
  const own = new Set(waiting.map(([tag]) => tag))
  let level: Level = { seen: new Set(), read: wholeTextReader(null), place: '' }
  const outer: { level: Level; items: number; tag: number }[] = []
  /** Levels inside something that is left out. */
  let hidden = 0
  let text = '{'
  let comma = ''
  const put = (tag: number, attribute: string): void => {
    text += `${comma}"${tagKey(tag)}":${attribute}`
    comma = ','
  }
  const putAddedBefore = (tag: number): void => {
    for (let next = waiting[0]; next !== undefined && next[0] <= tag; next = waiting[0]) {
      put(next[0], JSON.stringify(next[1]))
      waiting.shift()
    }
  }
  const isLeftOut = (tag: number): boolean => {
    const lengthOrCommand = tag % 0x10000 === 0 || tag < 0x00080000
    if (lengthOrCommand || level.seen.has(tag)) return true
    level.seen.add(tag)
    if (outer.length > 0) return false
    putAddedBefore(tag)
    return own.has(tag) && tag !== characterSet
  }

  for await (const step of walkElements(window, start, encoding)) {
    if (hidden > 0) {
      if (step.kind === 'sequence' || step.kind === 'item') hidden += 1
      else if (step.kind === 'item-end' || step.kind === 'sequence-end') hidden -= 1
      continue
    }
    if (step.kind === 'element') {
      const { tag, vr, offset, length } = step
      if (isLeftOut(tag)) continue
      if (isBulk(step)) {
        put(tag, `{"vr":"${vr}","BulkDataURI":${JSON.stringify(bulk(level.place + tagKey(tag)))}}`)
      } else {
        const bytes = await readBytes(window, offset, length ?? 0)
        if (tag === characterSet) {
          level = { ...level, read: wholeTextReader(withoutPadding(bytes.toString('latin1'))) }
          if (outer.length > 0) put(tag, '{"vr":"CS","Value":["ISO_IR 192"]}')
        } else put(tag, writeValue(vr, bytes, encoding.big, level.read))
      }
    } else if (step.kind === 'sequence') {
      if (isLeftOut(step.tag)) hidden = 1
      else {
        text += `${comma}"${tagKey(step.tag)}":{"vr":"SQ"`
        outer.push({ level, items: 0, tag: step.tag })
      }
    } else if (step.kind === 'item') {
      const around = outer.at(-1)
      if (around !== undefined) {
        text += around.items === 0 ? ',"Value":[{' : ',{'
        comma = ''
        around.items += 1
        const place = `${around.level.place}${tagKey(around.tag)}.${around.items}.`
        level = { seen: new Set(), read: around.level.read, place }
      }
    } else if (step.kind === 'item-end') text += '}'
    else if (step.kind === 'sequence-end') {
      const closed = outer.pop()
      if (closed !== undefined) {
        text += closed.items === 0 ? '}' : ']}'
        level = closed.level
        comma = ','
      }
    }
    if (text.length >= pieceLength) {
      yield text
      text = ''
    }
  }
  putAddedBefore(0xffffffff)
  yield `${text}}`
}
