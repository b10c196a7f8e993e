/**
 * Unpack: every file of an archive becomes an item of its own, sealed and admitted as if it had been sent. Files are
 * taken in batches, each whole or not at all, so an archive is taken up again where it was after whatever happened;
 * a file already taken is known by archive and place and never taken twice.
 */

import { randomBytes } from 'node:crypto'
import type { ArchiveEntry, ArchiveEvent } from '#domain/archive.ts'
import { Fault, isRefusal, type Refusal } from '#domain/fault.ts'
import type { ItemId, PackId, PlanId } from '#domain/id.ts'
import { planObject } from '#domain/kept.ts'
import { packObject } from '#domain/pack.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { shownName } from '#formats/archive/shown-name.ts'
import { fingerprintOf, firstMissing, isTaken } from '#formats/archive/taken.ts'
import { type Filling, fillPacks } from '#formats/pack/filling.ts'
import { readItemRange } from '#formats/pack/item-bytes.ts'
import { nameSealer } from '#formats/pack/name.ts'
import { readAhead } from '#formats/pack/read-ahead.ts'
import { writePlan } from '#formats/plan/record.ts'
import { admitPack } from '#jobs/jobs.ts'
import type { OpenArchive, UnpackedTotal } from '#ports/archive-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Ids } from '#ports/clock.ts'
import {
  type CloseArchiveNeeds,
  closeArchive,
  type EndOfArchive,
  type Unpacked,
} from '#ports/close-archive.ts'
import type { ByteSource } from '#ports/inspector.ts'
import type { PlannedFile } from '#ports/intake-ledger.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { putObject } from '#ports/put-object.ts'
import { readPacks } from '#ports/read-packs.ts'
import type { Unpacker } from '#ports/unpacker.ts'

export type UnpackNeeds = CloseArchiveNeeds & {
  readonly store: ObjectStore
  readonly vault: CaseVault
  readonly seal: Pick<IntakeSeal, 'lock'>
  readonly unpacker: Unpacker
  readonly ids: Ids
}

/** Tries without a single file taken before an archive is left to a person. */
const mostAttempts = 5

/** A batch is recorded when it holds this much, so that little is done again: a pack, or many small files. */
const batchBytes = 8_388_608
const batchFiles = 1_000

/** What all archives of one sender may bring, those inside others too; more is no disc. */
const most: UnpackedTotal = { files: 200_000, bytes: 137_438_953_472 }

const aheadBytes = 4_194_304

/** Codes of failures that were the world's, not the archive's. */
const passing = new Set(['store.unavailable', 'store.full', 'ledger.unavailable', 'key.unavailable'])

const openSource = async (needs: UnpackNeeds, archive: OpenArchive): Promise<ByteSource> => {
  const { extents, size, wrappedKey } = archive
  const key = await needs.vault.open(archive.case, wrappedKey)
  const opened = openExtents(key, extents)
  const read = readAhead(readPacks(needs.store), opened, aheadBytes)
  const endOf = (offset: number, length: number): number => Math.min(size, offset + length)
  return { size, read: (offset, length) => readItemRange(opened, read, offset, endOf(offset, length)) }
}

/** Files that are recorded together. */
type Batch = {
  readonly filling: Filling
  /** Bytes and files that are whole. */
  readonly whole: () => { readonly files: number; readonly bytes: number }
  begin(entry: ArchiveEntry): void
  /** What began last is whole; or broke off, and counts for nothing. */
  end(whole: boolean): void
  /** Makes everything whole durable and records it. What is refused leaves nothing behind. */
  commit(): Promise<Refusal | null>
  /** Forgets what was not recorded. */
  abort(): Promise<void>
}

const startBatch = async (needs: UnpackNeeds, archive: OpenArchive): Promise<Batch> => {
  const { archives, store, seal, queue, clock, ids } = needs
  const { case: of, sender, intakeKey } = archive
  const id = ids.next<PlanId>()
  const key = randomBytes(32)
  const lockedKey = await seal.lock(of, intakeKey, key)
  const plan = { id, case: of, sender, archive: archive.id, lockedKey, at: clock.now() }
  const sealName = nameSealer(id, key)
  const files: PlannedFile[] = []
  let open: { readonly item: ItemId; readonly entry: ArchiveEntry; readonly from: number } | null = null
  let recording = false
  const filling = fillPacks({
    case: of,
    sender,
    nextId: () => ids.next<PackId>(),
    lock: (packKey) => seal.lock(of, intakeKey, packKey),
    open: (pack) => store.create(packObject(pack)),
    remove: (pack) => store.remove(packObject(pack)),
  })

  const begin = (entry: ArchiveEntry): void => {
    open = { item: ids.next<ItemId>(), entry, from: filling.plain }
    filling.begin(open.item, 0)
  }

  const end = (whole: boolean): void => {
    if (open === null) return
    const { item, entry, from } = open
    open = null
    filling.end()
    if (!whole) return
    files.push({
      id: item,
      fingerprint: fingerprintOf(archive.id, entry.index),
      size: filling.plain - from,
      sealedName: sealName(item, { name: shownName(entry.name), modified: entry.modified }),
    })
  }

  const abort = async (): Promise<void> => {
    // Once the ledger was asked, only its answer tells whether the packs count; an unknown one keeps them.
    if (recording) return
    end(false)
    await store.remove(planObject(id))
    await filling.discard()
  }

  const commit = async (): Promise<Refusal | null> => {
    const known = new Set(files.map((file) => file.id))
    const filled = await filling.finish()
    const at = clock.now()
    const packs = filled.map((pack) => ({
      ...pack,
      at,
      extents: pack.extents.filter((extent) => known.has(extent.item)),
    }))
    if (files.length > 0) await putObject(store, planObject(id), writePlan(plan, files))
    recording = files.length > 0
    const recorded = recording ? await archives.recordEntries(plan, files, packs, most) : null
    if (recorded === null || isRefusal(recorded)) {
      recording = false
      await abort()
      return recorded
    }
    for (const pack of recorded.repeated) await store.remove(packObject(pack))
    for (const pack of packs) await queue.add(admitPack, { pack: pack.id }).catch(() => {})
    return null
  }

  const whole = () => ({ files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) })
  return { filling, whole, begin, end, commit, abort }
}

/** How the reading ended: the codes of its end, or why nothing more may be recorded. */
type Ended = EndOfArchive | Refusal

const takeFiles = async (needs: UnpackNeeds, archive: OpenArchive): Promise<Ended> => {
  const source = await openSource(needs, archive)
  let items = archive.taken.size
  let bytes = archive.takenBytes
  let unrecorded = 0
  let skipping = false
  let batch: Batch | null = null

  const commit = async (): Promise<Ended | null> => {
    if (batch === null) return null
    const done = batch
    const { files, bytes: some } = done.whole()
    const refused = await done.commit()
    batch = null
    unrecorded = 0
    if (refused?.refused === 'plan.too-many') return { codes: ['ARCHIVE_LIMIT'], items, bytes }
    if (refused !== null) return refused
    items += files
    bytes += some
    return null
  }

  const finish = async (codes: readonly VerdictCode[]): Promise<Ended> => {
    batch?.end(false)
    return (await commit()) ?? { codes, items, bytes }
  }

  const take = async (event: ArchiveEvent): Promise<Ended | null> => {
    switch (event.is) {
      case 'entry':
        batch?.end(false)
        skipping = isTaken(archive.taken, archive.id, event.entry.index)
        if (skipping) return null
        batch ??= await startBatch(needs, archive)
        batch.begin(event.entry)
        return null
      case 'bytes':
        if (skipping || batch === null) return null
        unrecorded += event.bytes.length
        if (bytes + unrecorded > most.bytes) return finish(['ARCHIVE_LIMIT'])
        if (!batch.filling.push(event.bytes)) await batch.filling.ready()
        return null
      case 'end': {
        if (skipping || batch === null) return null
        batch.end(true)
        const { files, bytes: some } = batch.whole()
        return files >= batchFiles || some >= batchBytes ? commit() : null
      }
      case 'done':
        return finish(event.codes)
    }
  }

  try {
    for await (const event of needs.unpacker.unpack(source, firstMissing(archive.taken, archive.id))) {
      const ended = await take(event)
      if (ended !== null) return ended
    }
    // A reader that just stops says nothing about the archive.
    throw new Fault('internal')
  } catch (error) {
    await (batch as Batch | null)?.abort().catch(() => {})
    throw error
  }
}

/**
 * Takes an archive apart; one that is gone, done or of a closed case is done. Null when there was nothing to do, or
 * when it may not be done now.
 * @throws whatever kept it from an end; the archive then stays owed.
 */
export const unpack =
  (needs: UnpackNeeds) =>
  async (id: ItemId): Promise<Unpacked | null> => {
    const { archives } = needs
    const archive = await archives.takeArchive(id)
    if (archive === null) return null
    const before = { items: archive.taken.size, bytes: archive.takenBytes }
    if (archive.attempts >= mostAttempts)
      return closeArchive(needs)(archive, { ...before, codes: ['CHECK_UNAVAILABLE'] })
    try {
      const ended = await takeFiles(needs, archive)
      if (!isRefusal(ended)) return await closeArchive(needs)(archive, ended)
      await archives.giveBackArchive(id)
      return null
    } catch (error) {
      if (error instanceof Fault && passing.has(error.code))
        await archives.giveBackArchive(id).catch(() => {})
      throw error
    }
  }
