/**
 * Writing a pack in one pass: each piece is hashed (SHA-256, CRC-32) and sealed as it comes and handed on in
 * runs of about a megabyte. Memory stays flat whatever passes through.
 */
import { createHash, createSecretKey, type Hash, randomBytes } from 'node:crypto'
import type { CaseId, ItemId, PackId, SenderId } from '#domain/id.ts'
import { chunkCount, type Extent } from '#domain/item.ts'
import { contentsSeal, extentSeal } from '#domain/seal-name.ts'
import { crc32 } from '#formats/crc32.ts'
import { wrapKey } from '#formats/sealed/key-wrap.ts'
import { plainBytes } from '#formats/sealed/layout.ts'
import { createSealer, type Sealer, sealAll } from '#formats/sealed/sealer.ts'
import { collectHeads } from './heads.ts'
import { closingBytes, closingMagic, packMagic } from './layout.ts'

/** An extent as a pack holds it: with its own key, wrapped by the pack key. */
export type PackedExtent = Extent & { readonly wrappedKey: Uint8Array }

export type PackIdentity = {
  readonly pack: PackId
  readonly case: CaseId
  readonly sender: SenderId
  /** 32 random bytes, used for this pack only. */
  readonly key: Uint8Array
}

export type PackWriter = {
  /** Starts the run of an item's chunks that the next pieces belong to, at chunk `first`; `length` where known. */
  begin(item: ItemId, first: number, length?: number): void
  /** Takes plain bytes of the run. The piece may be reused afterwards. */
  push(piece: Uint8Array): void
  /** Ends the run. */
  end(): PackedExtent
  /** Ends the pack. `lockedKey` is its key as compact JWE to the case's intake key. */
  finish(lockedKey: string): void
  /** The first bytes of its items, sealed under its key; null when it has none. Only once every run has ended. */
  heads(): Buffer | null
  /** Takes the sealed bytes that wait to be written. */
  take(): Uint8Array[]
  /** Sealed bytes that wait. */
  readonly waiting: number
  /** Bytes of the object so far, waiting ones included. */
  readonly size: number
  /** Plain bytes of all runs so far. */
  readonly plain: number
  readonly extents: readonly PackedExtent[]
}

type Run = {
  readonly item: ItemId
  readonly first: number
  readonly offset: number
  readonly key: Buffer
  readonly sealer: Sealer
  readonly hash: Hash
  crc: number
  length: number
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const contentsOf = (identity: PackIdentity, extents: readonly PackedExtent[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      version: 1,
      pack: identity.pack,
      case: identity.case,
      sender: identity.sender,
      extents: extents.map((extent) => [
        extent.item,
        extent.first,
        extent.count,
        extent.offset,
        extent.sealedLength,
        extent.length,
        base64url(extent.sha256),
        extent.crc32,
        base64url(extent.wrappedKey),
      ]),
    }),
  )

/** Starts a pack. Its first bytes wait at once. */
export const createPackWriter = (identity: PackIdentity): PackWriter => {
  const packKey = createSecretKey(identity.key)
  const extents: PackedExtent[] = []
  let out: Uint8Array[] = []
  let waiting = 0
  let size = 0
  let plain = 0
  let run: Run | null = null
  let spare: Buffer | undefined
  const heads = collectHeads()

  const give = (bytes: Uint8Array): void => {
    out.push(bytes)
    waiting += bytes.length
    size += bytes.length
  }

  give(packMagic)

  /** Runs a sealer's step and counts what it gave. */
  const seal = (sealer: Sealer, step: () => void): void => {
    const before = sealer.sealed
    step()
    waiting += sealer.sealed - before
    size += sealer.sealed - before
  }

  return {
    begin(item, first, length) {
      const key = randomBytes(32)
      if (length === undefined) spare ??= Buffer.allocUnsafeSlow(plainBytes)
      const sealer = createSealer(key, extentSeal(identity.pack, item, first), { length, spare })
      run = { item, first, offset: size, key, sealer, hash: createHash('sha256'), crc: 0, length: 0 }
      heads.begin(first === 0 ? item : null)
    },
    push(piece) {
      if (run === null) throw new Error('no run has begun')
      const { sealer } = run
      run.hash.update(piece)
      run.crc = crc32(piece, run.crc)
      run.length += piece.length
      heads.push(piece)
      plain += piece.length
      seal(sealer, () => sealer.push(piece, out))
    },
    end() {
      if (run === null) throw new Error('no run has begun')
      const { item, first, offset, key, sealer } = run
      seal(sealer, () => sealer.end(out))
      const extent: PackedExtent = {
        pack: identity.pack,
        item,
        first,
        count: chunkCount(run.length),
        offset,
        sealedLength: sealer.sealed,
        length: run.length,
        sha256: run.hash.digest(),
        crc32: run.crc,
        wrappedKey: wrapKey(packKey, key),
      }
      key.fill(0)
      extents.push(extent)
      run = null
      return extent
    },
    finish(lockedKey) {
      const contents = sealAll(identity.key, contentsSeal(identity.pack), contentsOf(identity, extents))
      const ending = Buffer.from(
        JSON.stringify({ version: 1, pack: identity.pack, case: identity.case, key: lockedKey }),
      )
      const closing = Buffer.alloc(closingBytes)
      closing.writeBigUInt64BE(BigInt(size))
      closing.writeUInt32BE(contents.length, 8)
      closing.writeUInt32BE(ending.length, 12)
      closingMagic.copy(closing, 16)
      give(contents)
      give(ending)
      give(closing)
    },
    heads: () => heads.seal(identity.pack, identity.key),
    take() {
      const taken = out
      out = []
      waiting = 0
      return taken
    },
    get waiting() {
      return waiting
    },
    get size() {
      return size
    },
    get plain() {
      return plain
    },
    get extents() {
      return extents
    },
  }
}
