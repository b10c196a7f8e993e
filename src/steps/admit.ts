/**
 * Admit: a stored pack's finished items are looked into and scanned, one verdict each, and handed to their case.
 * Nothing is accepted that a scanner, where there is one, did not call clean. The bytes that were acknowledged
 * stay where they are; only their 32-byte keys move, from the pack's key to the case's.
 */
import { createSecretKey } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import type { ItemId, PackId } from '#domain/id.ts'
import { mapInLanes } from '#domain/in-lanes.ts'
import { decidedState, mostArchiveDepth } from '#domain/item.ts'
import { factsSeal, listSeal, textSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import { worstOutcome } from '#domain/verdict.ts'
import { sealDiscList } from '#formats/disc-list.ts'
import { sealText } from '#formats/item-text.ts'
import { openKeptHeads } from '#formats/pack/heads.ts'
import { type OpenExtent, openItemRange, type ReadPack, readItemRange } from '#formats/pack/item-bytes.ts'
import { openName } from '#formats/pack/name.ts'
import { readAhead } from '#formats/pack/read-ahead.ts'
import { labelServed, sumBoth } from '#formats/pack/served-bytes.ts'
import { readWanted } from '#formats/pack/wanted.ts'
import { unwrapKey } from '#formats/sealed/key-wrap.ts'
import { offerCase, unpackItem } from '#jobs/jobs.ts'
import type {
  AdmissionLedger,
  ArrivedItem,
  ArrivedPack,
  ItemDecision,
  Twins,
} from '#ports/admission-ledger.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import { dropPacks, maybeDead } from '#ports/drop-packs.ts'
import type { Findings, Inspector } from '#ports/inspector.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import { noteStopped } from '#ports/note-stopped.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { readPacks } from '#ports/read-packs.ts'
import { type Scanned, scanCodes, scanItem } from '#ports/scan-item.ts'
import type { Scanner } from '#ports/scanner.ts'
import { settleTwins } from '#ports/settle-twins.ts'
import { keyUnlocker } from '#ports/unlock-keys.ts'
import { haveKey, type UnlockedPack, unlockPack } from '#ports/unlock-pack.ts'

export type AdmitNeeds = {
  readonly admission: AdmissionLedger
  readonly cases: Pick<CaseLedger, 'isComplete'>
  readonly store: ObjectStore
  readonly vault: CaseVault
  readonly inspector: Inspector
  /** Null where somebody decided, openly, that nothing is scanned. */
  readonly scanner: Scanner | null
  readonly queue: JobQueue
  readonly audit: AuditLedger
  readonly clock: Clock
}

/** Tries that ended without an answer before a pack is left to a person. */
export const mostAttempts = 5

/** Items of one pack looked into at the same time: an inspector tells them together, and while one is read the next is opened. */
const atOnce = 16

/** Of those that began in an earlier pack, each of which is read ahead by itself. */
const longAtOnce = 4

/** What is read of a pack at once when its heads do not tell enough: all of a usual one. */
const aheadBytes = 8_912_896

/** The same for an inspector that looks here and there into a file of several packs. */
const glanceBytes = 1_048_576

/** A pack that is open, with the first bytes of its items as far as they were kept beside it. */
type Unlocked = UnlockedPack & { readonly heads: ReadonlyMap<ItemId, Buffer> }

/** How an item's bytes are read: by the inspector, and whole. */
type Readers = { readonly glance: ReadPack; readonly whole: ReadPack }

/** Every byte through the scanner, where there is one. A large item is digested on the way, not read twice. */
const scanWhole = async (
  { scanner }: AdmitNeeds,
  { attempts }: ArrivedPack,
  size: number,
  extents: readonly OpenExtent[],
  read: ReadPack,
): Promise<Scanned> => {
  if (scanner === null || size === 0) return { verdict: 'clean' }
  const digest = extents.length > 1
  const batches = openItemRange(extents, read, 0, size)
  return scanItem(scanner, batches, size, { digest, lastTry: attempts + 1 >= mostAttempts })
}

const decideFrom = async (
  needs: AdmitNeeds,
  pack: ArrivedPack,
  { key, plans, heads, identities }: Unlocked,
  item: ArrivedItem,
  extents: readonly OpenExtent[],
  { glance, whole }: Readers,
): Promise<ItemDecision> => {
  const inspected: Promise<Findings> | Findings =
    item.size === 0
      ? { kind: 'other', codes: ['EMPTY_FILE'], instance: null, facts: {} }
      : needs.inspector.inspect(
          {
            size: item.size,
            head: heads.get(item.id),
            read: (offset, length) =>
              readItemRange(extents, glance, offset, Math.min(item.size, offset + length)),
          },
          pack.id,
        )
  const [found, scanned] = await Promise.all([inspected, scanWhole(needs, pack, item.size, extents, whole)])
  const { verdict } = scanned
  const { name, modified } = openName(item.plan, haveKey(plans, item.plan), item.id, item.sealedName)
  const tooDeep = found.kind === 'archive' && item.depth >= mostArchiveDepth
  const codes = [
    ...new Set([
      ...found.codes,
      ...(tooDeep ? (['ARCHIVE_DEEP'] as const) : []),
      ...scanCodes(scanned, found),
      ...identities.codesOf(item.id, found),
    ]),
  ]
  const rejected = worstOutcome(codes) === 'rejected'
  const patches = rejected ? [] : (found.patches ?? [])
  // What is no document has no use for it, and an archive may have gigabytes.
  const labelled = !rejected && found.kind !== 'dicom' && found.kind !== 'archive'
  const facts: SealedFacts = {
    ...found.facts,
    ...(typeof verdict === 'object' ? { malware: verdict.found } : {}),
    ...(labelled ? { sha1: await labelServed(extents, whole, item.size, patches) } : {}),
    name,
    ...(modified === null ? {} : { modified }),
  }
  return {
    item: item.id,
    kind: found.kind,
    codes,
    ...(await sumBoth(extents, whole, item.size, patches, scanned.sha256)),
    sealedFacts: key.seal(Buffer.from(JSON.stringify(facts)), factsSeal(pack.case, item.id)),
    ...sealDiscList(found.listed, (list) => key.seal(list, listSeal(pack.case, item.id))),
    instance: found.instance,
    pages: found.facts.pages ?? null,
    ...sealText((plain) => key.seal(plain, textSeal(pack.case, item.id)), found.text),
    keys: extents.map((extent) => key.wrap(extent.key)),
  }
}

/** `read` is shared by the items that lie in this pack alone; one of several packs is read by itself. */
const decide = async (
  needs: AdmitNeeds,
  pack: ArrivedPack,
  unlocked: Unlocked,
  item: ArrivedItem,
  read: ReadPack,
): Promise<ItemDecision> => {
  const extents: OpenExtent[] = item.extents.map((extent) => ({
    ...extent,
    key: unwrapKey(createSecretKey(haveKey(unlocked.packs, extent.pack)), extent.wrappedKey),
  }))
  if (extents.length <= 1)
    return decideFrom(needs, pack, unlocked, item, extents, { glance: read, whole: read })
  const ask = readPacks(needs.store)
  // It goes on from pack to pack while the inspector is still elsewhere in the file.
  const whole = readWanted(ask, extents)
  try {
    const glance = readAhead(ask, extents, glanceBytes)
    return await decideFrom(needs, pack, unlocked, item, extents, { glance, whole })
  } finally {
    whole.close()
  }
}

export type Admitted = { readonly items: number; readonly bytes: number }

/** Leaves a pack that nothing could process, and its items, to a person. */
export const quarantinePack =
  ({ admission, audit, clock }: Pick<AdmitNeeds, 'admission' | 'audit' | 'clock'>) =>
  async (id: PackId): Promise<void> => {
    const at = clock.now()
    const items = await admission.quarantinePack(id, at)
    if (items.length === 0) return
    const facts = { items: items.length }
    await audit.append(
      { action: 'pack.quarantined', actor: { kind: 'worker' }, case: null, object: id, facts },
      at,
    )
  }

/** Codes of failures that were the world's, not the pack's: they do not count against it. */
const passing = new Set(['store.unavailable', 'store.full', 'ledger.unavailable', 'scanner.unavailable'])

/**
 * Admits a pack; one that is gone, done or erased is done. Null when there was nothing to do.
 * @throws whatever kept it from an answer; the pack then stays owed.
 */
export const admit =
  (needs: AdmitNeeds, keys = keyUnlocker()) =>
  async (id: PackId): Promise<Admitted | null> => {
    const { admission, cases, store, vault, queue, clock } = needs
    const pack = await admission.takePack(id)
    if (pack === null || pack.state !== 'stored' || pack.wrappedKey === null) return null
    if (pack.attempts >= mostAttempts) {
      await quarantinePack(needs)(id)
      return null
    }
    try {
      const opened = await unlockPack(keys, vault, pack, pack.wrappedKey)
      const unlocked = { ...opened, heads: openKeptHeads(id, opened.packs.get(id), pack.heads) }
      const long = pack.items.filter(({ extents }) => extents.length > 1)
      const short = pack.items.filter(({ extents }) => extents.length <= 1)
      const shared = short.flatMap(({ extents }) => extents)
      const read = readAhead(readPacks(store), shared, aheadBytes)
      const decideAll = (items: readonly ArrivedItem[], lanes: number) =>
        mapInLanes(items, lanes, (item) => decide(needs, pack, unlocked, item, read))
      const decisions = [...(await decideAll(short, atOnce)), ...(await decideAll(long, longAtOnce))]
      const at = clock.now()
      const settle = (twins: Twins) => unlocked.identities.settle(settleTwins(decisions)(twins), twins.shown)
      const decided = await admission.admit(pack, decisions, settle, at)
      await noteStopped(needs.audit, pack.case, decided, at)
      await dropPacks(needs, maybeDead(pack, decided))
      for (const decision of decided)
        if (decidedState(decision) === 'unpacking')
          await queue.add(unpackItem, { item: decision.item }).catch(() => {})
      if (await cases.isComplete(pack.case)) await queue.add(offerCase, { case: pack.case }).catch(() => {})
      return { items: decided.length, bytes: pack.items.reduce((sum, item) => sum + item.size, 0) }
    } catch (error) {
      if (error instanceof Fault && passing.has(error.code)) await admission.giveBack(id).catch(() => {})
      throw error
    }
  }
