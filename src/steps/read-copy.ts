/**
 * Read copy: a de-identified copy as one ZIP whose length, tag and every header are known before its first byte. Each
 * file is its new head and then the bytes of the item, put together while they are sent. What has been taken out of the
 * case since is not given out, and then nothing of the copy is.
 */

import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'
import type { Patch } from '#domain/patch.ts'
import { putNewest } from '#domain/put-newest.ts'
import { copyItemSeal } from '#domain/seal-name.ts'
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import { bundleEntries, pageEntry } from '#formats/bundle/bundle-entries.ts'
import type { Cover } from '#formats/bundle/cover.ts'
import type { Deidentified } from '#formats/bundle/deidentified.ts'
import { deidentifiedProfile } from '#formats/bundle/deidentified.ts'
import { entityTag } from '#formats/bundle/entity-tag.ts'
import { type BundleItem, placeItems } from '#formats/bundle/file-set.ts'
import { listManifest, writeManifest } from '#formats/bundle/manifest.ts'
import { writePages } from '#formats/bundle/pages.ts'
import { cut, planZip, type ZipPlan, type ZipSegment } from '#formats/bundle/zip-plan.ts'
import { methodsOf } from '#formats/dicom/deidentify.ts'
import { type ExtentTable, keepExtents } from '#formats/pack/extent-table.ts'
import type { ReadPack } from '#formats/pack/item-bytes.ts'
import { openServedRange } from '#formats/pack/served-bytes.ts'
import { readWanted, wantedOf } from '#formats/pack/wanted.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { CopyContent, CopyItem, CopyLedger } from '#ports/copy-ledger.ts'
import type { CaseContent, DeliveryLedger, ReadableItem } from '#ports/delivery-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'
import type { Statements } from '#ports/tokens.ts'

export type ReadCopyNeeds = {
  readonly copies: Pick<CopyLedger, 'copyById' | 'content' | 'heads'>
  readonly delivery: Pick<DeliveryLedger, 'content' | 'revision'>
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read'>
  readonly statements: Statements
  readonly maker: Omit<Cover, 'case' | 'revision' | 'deidentified'>
}

export type CopyView = {
  readonly length: number
  /** Strong, quoted; the same for the same content. */
  readonly etag: string
  readonly modified: Date
  /** Bytes `start … end-1` in batches. The buffers are the caller's, who may free them. */
  open(start: number, end: number): AsyncIterable<readonly Uint8Array[]>
}

/** Where a file's bytes are: its new head, and then those of an item from byte `from` on. */
type File = Pick<CopyItem, 'headLength' | 'from' | 'item'> & { readonly patches: readonly Patch[] }

type Built = Omit<CopyView, 'open'> & {
  readonly of: CaseId
  readonly copy: CopyId
  /** Of the case, when it was seen that it still has every file of the copy. */
  readonly seenAt: number
  readonly wrappedKey: string
  readonly plan: ZipPlan
  readonly files: ReadonlyMap<ItemId, File>
  /** What opens the items, and nothing else of them. */
  readonly extents: ExtentTable
}

/** Plans kept, so that a download resumed in many ranges is planned once. They hold no open key and no head. */
const mostPlans = 2

/** Heads fetched at once. */
const mostHeads = 64
const mostHeadBytes = 4_194_304

const toBundle = (key: CaseKey, { case: of, id: copy }: CopyContent, made: CopyItem): BundleItem => {
  const { id, size, sha256, crc32, sealedFacts } = made
  const opened = key.unseal(sealedFacts, copyItemSeal(of, copy, id, 'facts'))
  const { instance, facts } = JSON.parse(Buffer.from(opened).toString('utf8')) as {
    instance: InstanceFacts
    facts: SealedFacts
  }
  return { id, kind: 'dicom', size, sha256, crc32, instance, facts }
}

const aboutCopy = ({ options, sums }: CopyContent): Deidentified => ({
  profile: deidentifiedProfile,
  codes: methodsOf({
    dates: options.dates === 'keep' ? 'kept' : options.dates === 'shift' ? { moveDays: 0 } : 'removed',
    characteristics: options.characteristics,
  }).map(([code]) => code),
  options,
  files: sums?.files ?? 0,
  mayShowText: sums?.mayShowText ?? 0,
  leftOut: sums?.leftOut ?? [],
})

const build = async (
  { vault, statements, maker }: ReadCopyNeeds,
  content: CaseContent,
  copy: CopyContent,
): Promise<Built | Refusal> => {
  const { case: of, wrappedKey } = content
  const readable = new Map(content.items.map((item) => [item.id, item]))
  const files = new Map<ItemId, File>()
  const items: ReadableItem[] = []
  for (const { id, headLength, from, item } of copy.items) {
    const found = readable.get(item)
    if (found === undefined) return refuse('copy.gone')
    items.push(found)
    files.set(id, { headLength, from, item, patches: found.served?.patches ?? [] })
  }
  const key = await vault.open(of, wrappedKey)
  const modified = copy.endedAt ?? copy.askedAt
  const set = placeItems(copy.items.map((made) => toBundle(key, copy, made)))
  const deidentified = aboutCopy(copy)
  const revision = copy.revision ?? 0
  const cover = { ...maker, case: copy.id, revision, deidentified }
  const pages = writePages(cover, set, modified).map(({ path, bytes }) => pageEntry(path, bytes, modified))
  const written = writeManifest(listManifest(copy.id, revision, pages, set, deidentified))
  const signature = Buffer.from(await statements.sign('manifest', written))
  const manifest = Buffer.from(written)
  const plan = planZip(bundleEntries(pages, { manifest, signature }, set, modified))
  return {
    of,
    copy: copy.id,
    seenAt: content.revision,
    wrappedKey,
    plan,
    length: plan.length,
    etag: entityTag(plan),
    modified,
    files,
    extents: keepExtents(items),
  }
}

type Content = Extract<ZipSegment, { kind: 'content' }>

/** Sealed bytes of items that these segments take. */
function* wantedIn({ files, extents }: Built, segments: Iterable<ZipSegment>) {
  for (const segment of segments) {
    if (segment.kind === 'bytes') continue
    const file = files.get(segment.item)
    if (file === undefined) continue
    const { headLength, from, item } = file
    const start = Math.max(0, segment.offset - headLength)
    const end = segment.offset + segment.length - headLength
    if (start < end) yield* wantedOf(extents.of(item), from + start, from + end)
  }
}

/** Opens the heads of the files in their order, some at a time. */
const headReader = ({ copies }: ReadCopyNeeds, { of, copy, files }: Built, key: CaseKey, order: ItemId[]) => {
  const open = new Map<ItemId, Uint8Array>()
  let next = 0
  return async (id: ItemId): Promise<Uint8Array> => {
    if (!open.has(id)) {
      const some: ItemId[] = []
      for (let bytes = 0; next < order.length && some.length < mostHeads; next += 1) {
        const one = order[next] as ItemId
        bytes += files.get(one)?.headLength ?? 0
        if (bytes > mostHeadBytes && some.length > 0) break
        some.push(one)
      }
      const sealed = await copies.heads(copy, some)
      for (const [at, one] of some.entries()) {
        const head = sealed[at] ?? Buffer.alloc(0)
        open.set(one, key.unseal(head, copyItemSeal(of, copy, one, 'head')))
      }
    }
    const head = open.get(id) ?? Buffer.alloc(0)
    open.delete(id)
    return head
  }
}

/** Refuses `copy.not-found`, `copy.not-ready`, `copy.failed`, `copy.gone`, and `case.not-found` when it is closed. */
export const readCopy = (needs: ReadCopyNeeds) => {
  const { copies, delivery, vault, store } = needs
  const plans = new Map<CopyId, Built>()

  const find = async (of: CaseId, id: CopyId): Promise<Built | Refusal> => {
    const known = plans.get(id)
    if (known?.of === of && known.seenAt === (await delivery.revision(of))) return known
    const row = await copies.copyById(of, id)
    if (row === null) return refuse('copy.not-found')
    if (row.state === 'failed') return refuse('copy.failed')
    const copy = row.state === 'ready' ? await copies.content(of, id) : null
    if (copy === null) return refuse('copy.not-ready')
    const content = await delivery.content(of)
    if (content === null) return refuse('case.not-found')
    const built = await build(needs, content, copy)
    if (!isRefusal(built)) putNewest(plans, mostPlans, built.copy, built)
    return built
  }

  async function* openSegments(built: Built, key: CaseKey, read: ReadPack, start: number, end: number) {
    const { plan, files } = built
    const headed = [...cut(plan, start, end)]
      .filter((segment): segment is Content => segment.kind === 'content')
      .filter(({ item, offset }) => offset < (files.get(item)?.headLength ?? 0))
    const headOf = headReader(
      needs,
      built,
      key,
      headed.map(({ item }) => item),
    )
    for (const segment of cut(plan, start, end)) {
      if (segment.kind === 'bytes') {
        yield [Buffer.from(segment.bytes)]
        continue
      }
      const file = files.get(segment.item)
      if (file === undefined) return
      const { headLength, from, item, patches } = file
      const stop = segment.offset + segment.length
      if (segment.offset < headLength)
        yield [Buffer.from((await headOf(segment.item)).subarray(segment.offset, Math.min(stop, headLength)))]
      if (stop <= headLength) continue
      const extents = openExtents(key, built.extents.of(item))
      const at = from + Math.max(0, segment.offset - headLength)
      yield* openServedRange(extents, read, patches, at, from + stop - headLength)
    }
  }

  async function* openBytes(built: Built, key: CaseKey, start: number, end: number) {
    const wanted = wantedIn(built, cut(built.plan, start, end))
    const ahead = readWanted(readPacks(store), [...wanted])
    try {
      yield* openSegments(built, key, ahead, start, end)
    } finally {
      ahead.close()
    }
  }

  return async (of: CaseId, id: CopyId): Promise<CopyView | Refusal> => {
    const built = await find(of, id)
    if (isRefusal(built)) return built
    const key = await vault.open(of, built.wrappedKey)
    const { length, etag, modified } = built
    return { length, etag, modified, open: (start, end) => openBytes(built, key, start, end) }
  }
}
