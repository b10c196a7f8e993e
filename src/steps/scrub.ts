/**
 * Scrub: everything that was acknowledged is read back, opened and compared with the digests of the day it came.
 * It changes nothing and says by id what is damaged, never by name; memory stays flat whatever the store holds.
 */
import { createSecretKey } from 'node:crypto'
import { Fault, type FaultCode } from '#domain/fault.ts'
import type { CaseId, ItemId, PackId } from '#domain/id.ts'
import { inLanes } from '#domain/in-lanes.ts'
import { packObject } from '#domain/pack.ts'
import { factsSeal } from '#domain/seal-name.ts'
import { type OpenExtent, type ReadPack, readBytes } from '#formats/pack/item-bytes.ts'
import { proveExtents, provePack } from '#formats/pack/proof.ts'
import { sumServed } from '#formats/pack/served-bytes.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { KeptExtent, KeptItem, KeptPack, ScrubLedger } from '#ports/scrub-ledger.ts'

export type ScrubNeeds = {
  readonly ledger: ScrubLedger
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read' | 'size'>
}

/**
 * `missing`: no object; `cut`: an object of another size; `unreadable`: bytes that do not open; `digest`: bytes
 * that are not those that came; `served`: a copy that goes out and is not the one it was; `size`: runs that do not add up; `key`: no key that opens; `facts`: name and
 * facts do not open.
 */
export type Harm = 'missing' | 'cut' | 'unreadable' | 'digest' | 'served' | 'size' | 'key' | 'facts'

export type Finding = {
  readonly kind: 'item' | 'pack'
  readonly id: ItemId | PackId
  readonly case: CaseId
  /** Where the damage lies, when it lies in a pack. */
  readonly pack: PackId | null
  readonly harm: Harm
}

export type ScrubTotals = {
  packs: number
  items: number
  /** Plain bytes of complete items. */
  bytes: number
  damagedPacks: number
  damagedItems: number
}

export type ScrubOrder = {
  /** Only this case; null: everything. */
  readonly of: CaseId | null
  /** Items or packs checked at the same time. */
  readonly lanes: number
  readonly found: (finding: Finding) => void
  /** Told after every item and pack; the totals go on changing. */
  readonly progress: (totals: Readonly<ScrubTotals>) => void
}

type Problem = { readonly harm: Harm; readonly pack: PackId | null }

const pageRows = 200
const extentsAtOnce = 1_000

const codeOf = (error: unknown): FaultCode | null => (error instanceof Fault ? error.code : null)

/** Whatever keeps a key from opening is the key's fault, unless the world failed. */
const opening = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    if (codeOf(cause) === 'store.damaged') throw new Fault('key.unavailable', { cause })
    throw cause
  }
}

/** Null, or why it is damaged. @throws what says nothing about the bytes: a store or ledger that is down. */
const problemOf = async (
  work: () => Promise<Problem | null>,
  unread: () => Promise<Problem>,
): Promise<Problem | null> => {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'key.unavailable') return { harm: 'key', pack: null }
    if (code === 'store.damaged') return unread()
    throw error
  }
}

const openKey = async (vault: CaseVault, of: CaseId, caseKey: string | null): Promise<CaseKey> => {
  if (caseKey === null) throw new Fault('key.unavailable')
  return vault.open(of, caseKey)
}

const checkPack = ({ vault, store }: ScrubNeeds, pack: KeptPack): Promise<Problem | null> =>
  problemOf(
    async () => {
      const object = packObject(pack.id)
      const size = await store.size(object)
      if (size !== pack.size) return { harm: size === null ? 'missing' : 'cut', pack: pack.id }
      const key = await openKey(vault, pack.case, pack.caseKey)
      const source = { read: (offset: number, length: number) => store.read(object, offset, length) }
      await provePack(source, size, pack, (locked) => opening(() => key.unlock(locked)))
      return null
    },
    async () => ({ harm: 'unreadable', pack: pack.id }),
  )

async function* extentsOf(ledger: ScrubLedger, item: KeptItem): AsyncGenerator<KeptExtent> {
  yield* item.extents
  let last = item.extents.at(-1)
  for (let more = item.more; more && last !== undefined; ) {
    const page: readonly KeptExtent[] = await ledger.extents(item.id, last.first + 1, extentsAtOnce)
    yield* page
    last = page.at(-1)
    more = page.length === extentsAtOnce
  }
}

/** Opens the key of an extent, as it is wrapped at this time of its item's life. */
const keyOpener = (ledger: ScrubLedger, key: CaseKey, item: KeptItem) => {
  let known: { readonly pack: PackId; readonly key: Uint8Array } | null = null
  const packKey = async (pack: PackId): Promise<Uint8Array> => {
    if (known?.pack === pack) return known.key
    const locked = (await ledger.living([pack])).get(pack)?.lockedKey
    if (locked === undefined) throw new Fault('key.unavailable')
    known = { pack, key: await key.unlock(locked) }
    return known.key
  }
  return ({ pack, wrappedKey }: KeptExtent): Promise<Uint8Array> =>
    opening(async () => {
      if (wrappedKey === null) throw new Fault('key.unavailable')
      if (item.sha256 !== null) return key.unwrap(wrappedKey)
      return unwrapKey(createSecretKey(await packKey(pack)), wrappedKey)
    })
}

const factsOpen = (key: CaseKey, { id, case: of, sha256, sealedFacts }: KeptItem): boolean => {
  if (sealedFacts === null) return sha256 === null
  try {
    key.unseal(sealedFacts, factsSeal(of, id))
    return true
  } catch (error) {
    if (codeOf(error) === 'store.damaged') return false
    throw error
  }
}

const checkItem = (needs: ScrubNeeds, item: KeptItem, scratch: Buffer): Promise<Problem | null> => {
  const { ledger, vault, store } = needs
  let at: PackId | null = null
  const read: ReadPack = (pack, offset, length, into) => store.read(packObject(pack), offset, length, into)

  async function* opened(key: CaseKey): AsyncGenerator<OpenExtent> {
    const openExtentKey = keyOpener(ledger, key, item)
    for await (const extent of extentsOf(ledger, item)) {
      at = extent.pack
      yield { ...extent, key: await openExtentKey(extent) }
    }
  }

  const prove = async (): Promise<Problem | null> => {
    const key = await openKey(vault, item.case, item.caseKey)
    if (!factsOpen(key, item)) return { harm: 'facts', pack: null }
    const sum = await proveExtents(opened(key), item.extents.length === 1 && !item.more, read, scratch)
    if (sum === null) return { harm: 'digest', pack: at }
    // Of an item that is still being sent, what arrived was acknowledged too; it does not add up yet.
    if (item.state !== 'receiving' && sum.bytes !== item.size) return { harm: 'size', pack: null }
    if (item.sha256 === null) return null
    const same = sum.sha256?.equals(item.sha256) === true && sum.crc32 === item.crc32
    if (!same) return { harm: 'digest', pack: null }
    if (item.served === null) return null
    const served = await sumServed(opened(key), read, item.served.patches, scratch)
    const kept = served.crc32 === item.served.crc32 && Buffer.compare(served.sha256, item.served.sha256) === 0
    return kept ? null : { harm: 'served', pack: null }
  }

  const unread = async (): Promise<Problem> => {
    if (at === null) return { harm: 'size', pack: null }
    const size = await store.size(packObject(at))
    const expected = (await ledger.living([at])).get(at)?.size
    return { harm: size === null ? 'missing' : size === expected ? 'unreadable' : 'cut', pack: at }
  }

  return problemOf(prove, unread)
}

/** Rows of page after page. */
async function* rowsOf<Kept extends { readonly id: ItemId | PackId }>(
  page: (after: Kept['id'] | null) => Promise<readonly Kept[]>,
): AsyncGenerator<Kept> {
  for (let after: Kept['id'] | null = null; ; ) {
    const rows: readonly Kept[] = await page(after)
    yield* rows
    if (rows.length < pageRows) return
    after = rows.at(-1)?.id ?? null
  }
}

/**
 * Checks every pack, then every item; what looks damaged is looked at again as the ledger has it then, so that
 * nothing is called damaged for having been admitted, dropped or erased meanwhile.
 * @throws `ledger.unavailable`, `store.unavailable`: then the check is not over.
 */
export const scrub =
  (needs: ScrubNeeds) =>
  async ({ of, lanes, found, progress }: ScrubOrder): Promise<ScrubTotals> => {
    const { ledger } = needs
    const totals = { packs: 0, items: 0, bytes: 0, damagedPacks: 0, damagedItems: 0 }
    const scratches = Array.from({ length: lanes }, () => Buffer.allocUnsafeSlow(readBytes))

    const scrubPack = async (pack: KeptPack): Promise<void> => {
      const again = (await checkPack(needs, pack)) && (await ledger.living([pack.id])).get(pack.id)
      const problem = again ? await checkPack(needs, again) : null
      totals.packs += 1
      if (problem !== null) {
        totals.damagedPacks += 1
        found({ ...problem, kind: 'pack', id: pack.id, case: pack.case })
      }
      progress(totals)
    }

    const scrubItem = async (item: KeptItem, lane: number): Promise<void> => {
      const scratch = scratches[lane] ?? Buffer.allocUnsafeSlow(readBytes)
      const again = (await checkItem(needs, item, scratch)) && (await ledger.item(item.id))
      const problem = again ? await checkItem(needs, again, scratch) : null
      totals.items += 1
      totals.bytes += item.state === 'receiving' ? 0 : item.size
      if (problem !== null) {
        totals.damagedItems += 1
        found({ ...problem, kind: 'item', id: item.id, case: item.case })
      }
      progress(totals)
    }

    const packs = rowsOf<KeptPack>((after) => ledger.packs({ after, limit: pageRows, of }))
    await inLanes(packs, lanes, scrubPack)
    const items = rowsOf<KeptItem>((after) => ledger.items({ after, limit: pageRows, of }))
    await inLanes(items, lanes, scrubItem)
    return totals
  }
