/**
 * Reading a pack from its object alone: its ending, and with the pack key its table of contents. What is not
 * exactly a pack of ours throws `store.damaged`; no length in it is believed beyond its bounds.
 */
import { Fault } from '#domain/fault.ts'
import { type CaseId, type ItemId, type PackId, readId, type SenderId } from '#domain/id.ts'
import { contentsSeal } from '#domain/seal-name.ts'
import { parseObject } from '#formats/json-object.ts'
import { openAll, type SealedSource } from '#formats/sealed/opener.ts'
import { closingBytes, closingMagic, longestEnding, packMagic } from './layout.ts'
import type { PackedExtent } from './writer.ts'

/** A pack's table of contents may not be larger: 64 MiB is some 200,000 extents. */
const longestContents = 67_108_864

export type PackEnding = {
  readonly pack: PackId
  readonly case: CaseId
  /** The pack key as compact JWE to the case's intake key. */
  readonly lockedKey: string
  /** Where the sealed table of contents lies. */
  readonly contents: { readonly offset: number; readonly length: number }
}

const damaged = (cause?: unknown): Fault => new Fault('store.damaged', { cause })

/** Reads which pack of which case an object of `size` bytes is, and its locked key. */
export const readEnding = async (source: SealedSource, size: number): Promise<PackEnding> => {
  if (size < packMagic.length + closingBytes) throw damaged()
  if (!(await source.read(0, packMagic.length)).equals(packMagic)) throw damaged()
  const closing = await source.read(size - closingBytes, closingBytes)
  const offset = Number(closing.readBigUInt64BE(0))
  const length = closing.readUInt32BE(8)
  const ending = closing.readUInt32BE(12)
  if (!closing.subarray(16).equals(closingMagic)) throw damaged()
  if (length > longestContents || ending > longestEnding) throw damaged()
  if (offset + length + ending + closingBytes !== size) throw damaged()
  const { version, pack, case: of, key } = parseObject(await source.read(offset + length, ending))
  const packId = readId<PackId>(pack)
  const caseId = readId<CaseId>(of)
  if (version !== 1 || packId === null || caseId === null || typeof key !== 'string') throw damaged()
  return { pack: packId, case: caseId, lockedKey: key, contents: { offset, length } }
}

const readExtent = (pack: PackId, row: unknown): PackedExtent => {
  if (!Array.isArray(row) || row.length !== 9) throw damaged()
  const [item, first, count, offset, sealedLength, length, sha256, crc, wrappedKey] = row as unknown[]
  const itemId = readId<ItemId>(item)
  const numbers = [first, count, offset, sealedLength, length, crc]
  if (itemId === null || typeof sha256 !== 'string' || typeof wrappedKey !== 'string') throw damaged()
  if (!numbers.every((n) => Number.isSafeInteger(n) && Number(n) >= 0)) throw damaged()
  return {
    pack,
    item: itemId,
    first: Number(first),
    count: Number(count),
    offset: Number(offset),
    sealedLength: Number(sealedLength),
    length: Number(length),
    sha256: Buffer.from(sha256, 'base64url'),
    crc32: Number(crc),
    wrappedKey: Buffer.from(wrappedKey, 'base64url'),
  }
}

/** Opens the table of contents with the pack key. */
export const readContents = async (
  source: SealedSource,
  { pack, contents: place }: PackEnding,
  packKey: Uint8Array,
): Promise<{ readonly sender: SenderId; readonly extents: readonly PackedExtent[] }> => {
  const sealed = await source.read(place.offset, place.length)
  const contents = parseObject(openAll(packKey, contentsSeal(pack), sealed))
  const sender = readId<SenderId>(contents['sender'])
  if (contents['version'] !== 1 || contents['pack'] !== pack || sender === null) throw damaged()
  if (!Array.isArray(contents['extents'])) throw damaged()
  return { sender, extents: contents['extents'].map((row) => readExtent(pack, row)) }
}
