/**
 * Read bundle: the whole case as one ZIP whose length, tag and every header are known before its first byte.
 * It exists nowhere: each range is put together from sealed packs while it is sent.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { type Patch, patchedCodes } from '#domain/patch.ts'
import { putNewest } from '#domain/put-newest.ts'
import { bundleEntries, pageEntry } from '#formats/bundle/bundle-entries.ts'
import type { Cover } from '#formats/bundle/cover.ts'
import { entityTag } from '#formats/bundle/entity-tag.ts'
import { type BundleItem, placeItems } from '#formats/bundle/file-set.ts'
import { listManifest, writeManifest } from '#formats/bundle/manifest.ts'
import { writePages } from '#formats/bundle/pages.ts'
import { cut, planZip, type ZipPlan } from '#formats/bundle/zip-plan.ts'
import { type ExtentTable, gatherBytes, keepExtents } from '#formats/pack/extent-table.ts'
import { openServedRange } from '#formats/pack/served-bytes.ts'
import { readWanted, wantedOf } from '#formats/pack/wanted.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { CaseContent, DeliveryLedger, ReadableItem } from '#ports/delivery-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents, openFacts } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'
import type { Statements } from '#ports/tokens.ts'

export type ReadBundleNeeds = {
  readonly delivery: DeliveryLedger
  readonly vault: CaseVault
  readonly store: ObjectStore
  readonly statements: Statements
  /** What the bundle's cover says of its maker. */
  readonly maker: Omit<Cover, 'case' | 'revision'>
}

export type BundleView = {
  readonly length: number
  /** Strong, quoted; the same for the same content. */
  readonly etag: string
  readonly modified: Date
  /** Canonical JSON, as in MANIFEST.JSN. */
  readonly manifest: Buffer
  /** Compact JWS over exactly those bytes, in ASCII. */
  readonly signature: Buffer
  /** Bytes `start … end-1` in batches. The buffers are the caller's, who may free them. */
  open(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

type Built = Omit<BundleView, 'open'> & {
  readonly revision: number
  readonly wrappedKey: string
  readonly plan: ZipPlan
  /** What opens items, and nothing else of them. */
  readonly extents: ExtentTable
  /** Of those that are changed on their way out. */
  readonly patches: ReadonlyMap<ItemId, readonly Patch[]>
}

/**
 * Plans kept, so that a download resumed in a hundred ranges is planned once. They hold no open key and none of
 * the case's files.
 */
const mostPlans = 4

/** The item as the bundle has it: of one that is changed on its way out the sums of what goes out. */
const toBundle = (key: CaseKey, of: CaseId, item: ReadableItem): BundleItem => {
  const { id, kind, size, sha256, crc32, codes, served, instance } = item
  const facts = openFacts(key, of, id, item.sealedFacts)
  const bare = codes.includes('NO_PREAMBLE') || codes.includes('NO_META_HEADER_GUESSED')
  const placed = { id, kind, size, sha256, crc32, instance, bare, facts }
  if (served === null) return placed
  const original = { sha256, codes: patchedCodes.filter((code) => codes.includes(code)) }
  return { ...placed, sha256: served.sha256, crc32: served.crc32, original }
}

const build = async (
  { vault, statements, maker }: ReadBundleNeeds,
  { case: of, revision, changedAt: modified, wrappedKey, items }: CaseContent,
): Promise<Built> => {
  const key = await vault.open(of, wrappedKey)
  const digests = gatherBytes(items.map(({ sha256, served }) => served?.sha256 ?? sha256))
  const set = placeItems(
    items.map((item, nth) => ({ ...toBundle(key, of, item), sha256: digests[nth] ?? item.sha256 })),
  )
  const cover = { ...maker, case: of, revision }
  const pages = writePages(cover, set, modified).map(({ path, bytes }) => pageEntry(path, bytes, modified))
  const written = writeManifest(listManifest(of, revision, pages, set))
  const manifest = Buffer.from(written)
  const signature = Buffer.from(await statements.sign('manifest', written))
  const entries = bundleEntries(pages, { manifest, signature }, set, modified)
  const plan = planZip(entries)
  return {
    revision,
    wrappedKey,
    plan,
    length: plan.length,
    etag: entityTag(plan),
    modified,
    manifest,
    signature,
    extents: keepExtents(items),
    patches: new Map(items.flatMap(({ id, served }) => (served === null ? [] : [[id, served.patches]]))),
  }
}

/** Sealed bytes that bytes `start … end-1` of the bundle take. */
function* wantedIn({ plan, extents }: Built, start: number, end: number) {
  for (const segment of cut(plan, start, end)) {
    if (segment.kind === 'bytes') continue
    yield* wantedOf(extents.of(segment.item), segment.offset, segment.offset + segment.length)
  }
}

/** Refuses `case.not-found` when there is nothing a reader may have. */
export const readBundle = (needs: ReadBundleNeeds): ((of: CaseId) => Promise<BundleView | Refusal>) => {
  const { delivery, vault, store } = needs
  const plans = new Map<CaseId, Built>()
  const planning = new Map<string, Promise<Built | null>>()

  const planAnew = async (of: CaseId): Promise<Built | null> => {
    const content = await delivery.content(of)
    if (content === null) return null
    const built = await build(needs, content)
    putNewest(plans, mostPlans, of, built)
    return built
  }

  const find = async (of: CaseId): Promise<Built | null> => {
    const revision = await delivery.revision(of)
    if (revision === null) return null
    const known = plans.get(of)
    if (known?.revision === revision) return known
    // Whoever asks for a revision that is being planned waits for the same plan, which is of it or of a newer one.
    const name = `${of} ${revision}`
    const begun = planning.get(name) ?? planAnew(of).finally(() => planning.delete(name))
    planning.set(name, begun)
    return begun
  }

  async function* openBytes(built: Built, key: CaseKey, start: number, end: number) {
    const ahead = readWanted(readPacks(store), [...wantedIn(built, start, end)])
    try {
      for (const segment of cut(built.plan, start, end)) {
        if (segment.kind === 'bytes') {
          yield [Buffer.from(segment.bytes)]
          continue
        }
        const extents = openExtents(key, built.extents.of(segment.item))
        if (extents.length === 0) return
        const patches = built.patches.get(segment.item) ?? []
        yield* openServedRange(extents, ahead, patches, segment.offset, segment.offset + segment.length)
      }
    } finally {
      ahead.close()
    }
  }

  return async (of) => {
    const built = await find(of)
    if (built === null) return refuse('case.not-found')
    const key = await vault.open(of, built.wrappedKey)
    const { length, etag, modified, manifest, signature } = built
    return {
      length,
      etag,
      modified,
      manifest,
      signature,
      open: (start, end) => openBytes(built, key, start, end),
    }
  }
}
