/**
 * Heads: the first bytes of the items in a pack, once more, sealed together under the pack key. A worker sees from
 * them what most files are without asking the store; they go when the pack is admitted.
 *
 *     heads = sealed stream under the pack key, associated data `headsSeal`, of
 *             length of the list, 32-bit big-endian ‖ list ‖ the heads one after another
 *     list  = JSON [[item, bytes], …]
 */
import { Fault } from '#domain/fault.ts'
import { type ItemId, type PackId, readId } from '#domain/id.ts'
import { headsSeal } from '#domain/seal-name.ts'
import { parseArray } from '#formats/json-object.ts'
import { openAll } from '#formats/sealed/opener.ts'
import { sealAll } from '#formats/sealed/sealer.ts'
import { sniffedBytes } from '#formats/sniff.ts'

/** A head is at most so long: room for the header of most images. */
export const headBytes = 8_192

/** Pixel Data (7FE0,0010), little endian, and as much behind it as holds its length in every encoding (PS3.5 §7.1). */
const pixelData = Buffer.from([0xe0, 0x7f, 0x10, 0x00])
const pixelHeaderBytes = 16

/** All heads of a pack together: 100 small files and more, and never much beside the pack itself. */
export const mostHeadBytes = 1_048_576

export type Heads = {
  /** The next pieces begin a new item, or (`null`) are not the beginning of one. */
  begin(item: ItemId | null): void
  /** Looks at a piece of the run, and copies what belongs to a head. */
  push(piece: Uint8Array): void
  /** All of them, sealed; null when there are none. */
  seal(pack: PackId, packKey: Uint8Array): Buffer | null
}

/** So many places are looked for one by one; a head that has more is none of an image. */
const fewPlaces = 8

/** Forwards: from behind each of the many zeros in pixels would be tried, which takes twenty times as long. */
const lastPixels = (head: Buffer): number => {
  let last = -1
  for (let nth = 0; nth < fewPlaces; nth += 1) {
    const at = head.indexOf(pixelData, last + 1)
    if (at < 0) return last
    last = at
  }
  return head.lastIndexOf(pixelData)
}

/**
 * What is worth keeping of an item's first bytes: of an image its header, whose pixels are most of the rest. The last
 * place that looks like pixels counts, since a small picture may stand in the header itself; where it was none, a
 * reader asks the store for what is missing.
 */
const cutHead = (head: Buffer): Buffer => {
  const pixels = head.length < headBytes ? -1 : lastPixels(head)
  const end = pixels < 0 ? head.length : Math.max(sniffedBytes, pixels + pixelHeaderBytes)
  return head.subarray(0, end)
}

/** Collects heads while a pack is written. */
export const collectHeads = (): Heads => {
  const list: [ItemId, number][] = []
  const pieces: Buffer[] = []
  const head = Buffer.allocUnsafe(headBytes)
  let all = 0
  let full = false
  let open: { readonly item: ItemId; length: number } | null = null

  const close = (): void => {
    if (open === null) return
    const kept = cutHead(head.subarray(0, open.length))
    const fits = all + kept.length <= mostHeadBytes
    if (fits) {
      list.push([open.item, kept.length])
      pieces.push(Buffer.from(kept))
      all += kept.length
    }
    full = !fits
    open = null
  }

  return {
    begin(item) {
      close()
      open = item === null || full ? null : { item, length: 0 }
    },
    push(piece) {
      if (open === null) return
      const some = piece.subarray(0, headBytes - open.length)
      head.set(some, open.length)
      open.length += some.length
      if (open.length === headBytes) close()
    },
    seal(pack, packKey) {
      close()
      if (all === 0) return null
      const names = Buffer.from(JSON.stringify(list))
      const length = Buffer.alloc(4)
      length.writeUInt32BE(names.length)
      return sealAll(packKey, headsSeal(pack), Buffer.concat([length, names, ...pieces]))
    },
  }
}

const damaged = (): Fault => new Fault('store.damaged')

/** Opens them: item → its first bytes. @throws `store.damaged` for what is not exactly heads of this pack */
export const openHeads = (pack: PackId, packKey: Uint8Array, sealed: Buffer): Map<ItemId, Buffer> => {
  const plain = openAll(packKey, headsSeal(pack), sealed)
  if (plain.length < 4) throw damaged()
  let at = 4 + plain.readUInt32BE(0)
  if (at > plain.length) throw damaged()
  const heads = new Map<ItemId, Buffer>()
  for (const entry of parseArray(plain.subarray(4, at))) {
    const [id, length] = Array.isArray(entry) ? (entry as unknown[]) : []
    const item = readId<ItemId>(id)
    if (item === null || typeof length !== 'number' || !(length >= 0 && length <= headBytes)) throw damaged()
    heads.set(item, plain.subarray(at, at + length))
    at += length
  }
  if (at !== plain.length) throw damaged()
  return heads
}

/**
 * The same of what was kept beside a pack; empty when nothing was or it does not open: heads are a copy, made to spare
 * the store, and the pack has all of it.
 */
export const openKeptHeads = (
  pack: PackId,
  packKey: Uint8Array | undefined,
  sealed: Buffer | null,
): ReadonlyMap<ItemId, Buffer> => {
  if (packKey === undefined || sealed === null) return new Map()
  try {
    return openHeads(pack, packKey, sealed)
  } catch (error) {
    if (error instanceof Fault && error.code === 'store.damaged') return new Map()
    throw error
  }
}
