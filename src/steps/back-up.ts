/**
 * Back up: the ledger as of one moment, then every pack it refers to. Packs never change and are recorded only
 * once they are durable, so a snapshot taken first refers to nothing that is not there yet; what is dropped while
 * it is copied is noticed, and a new snapshot taken. Nothing is opened: no key is needed.
 */
import type { PackId } from '#domain/id.ts'
import { inLanes } from '#domain/in-lanes.ts'
import { packObject } from '#domain/pack.ts'
import { readPacks, writeLedgerLine } from '#formats/backup/ledger-text.ts'
import type { BackupFolder, BackupNote, LedgerText } from '#ports/backup-folder.ts'
import type { Clock } from '#ports/clock.ts'
import { copyBytes, copyObject } from '#ports/copy-object.ts'
import type { LedgerCopy, LedgerSnapshot } from '#ports/ledger-copy.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { ScrubLedger } from '#ports/scrub-ledger.ts'

export type BackUpNeeds = {
  readonly ledger: LedgerCopy
  readonly packs: Pick<ScrubLedger, 'living'>
  readonly store: Pick<ObjectStore, 'read' | 'size'>
  readonly folder: BackupFolder
  readonly clock: Clock
}

/** `copied` of `objects` were not in the folder yet. */
export type CopyTotals = { objects: number; bytes: number; copied: number; copiedBytes: number }

export type BackUpOrder = {
  /** Objects copied at the same time. */
  readonly lanes: number
  readonly progress: (totals: Readonly<CopyTotals>) => void
}

export type BackUpOutcome =
  /** The folder holds a backup of another gateway, or of a time this ledger knows nothing of: it stays. */
  | { readonly outcome: 'other-ledger' }
  /** Packs were dropped faster than they could be copied. The backup before this one stays. */
  | { readonly outcome: 'restless' }
  | { readonly outcome: 'done'; readonly note: BackupNote; readonly totals: CopyTotals }

/** Snapshots taken in turn while packs of the one before are dropped; that is rare. */
const mostSnapshots = 5

type Snapshot = Pick<BackupNote, 'at' | 'migration' | 'rows' | 'audit' | 'ledger'>

const takeSnapshot = ({ ledger, folder, clock }: BackUpNeeds): Promise<Snapshot> =>
  ledger.view(async (snapshot: LedgerSnapshot) => {
    const at = clock.now().toISOString()
    const rows: Record<string, number> = {}
    async function* lines(): AsyncGenerator<string> {
      for await (const some of snapshot.rows)
        for (const row of some) {
          rows[row.table] = (rows[row.table] ?? 0) + 1
          yield writeLedgerLine(row)
        }
    }
    const text = await folder.writeLedger(lines())
    return { at, migration: snapshot.migration, audit: snapshot.audit, rows, ledger: text }
  })

type Copied = { readonly dropped: number; readonly missing: PackId[]; readonly totals: CopyTotals }

const copyPacks = async (
  { packs, store, folder }: BackUpNeeds,
  text: LedgerText,
  { lanes, progress }: BackUpOrder,
): Promise<Copied> => {
  const totals = { objects: 0, bytes: 0, copied: 0, copiedBytes: 0 }
  const scratches = Array.from({ length: lanes }, () => Buffer.allocUnsafeSlow(copyBytes))
  const missing: PackId[] = []
  let dropped = 0
  await inLanes(readPacks(folder.readLedger(text)), lanes, async ({ id, size }, lane) => {
    const scratch = scratches[lane] ?? Buffer.allocUnsafeSlow(copyBytes)
    const outcome = await copyObject(store, folder.objects, packObject(id), size, scratch)
    if (outcome === 'lost') {
      if ((await packs.living([id])).has(id)) missing.push(id)
      else dropped += 1
      return
    }
    totals.objects += 1
    totals.bytes += size
    totals.copied += outcome === 'copied' ? 1 : 0
    totals.copiedBytes += outcome === 'copied' ? size : 0
    progress(totals)
  })
  return { dropped, missing, totals }
}

const isSameLedger = async (ledger: LedgerCopy, before: BackupNote | null): Promise<boolean> => {
  if (before?.audit == null) return true
  return (await ledger.auditHash(before.audit.seq)) === before.audit.hash
}

/**
 * Backs up; objects the folder has already are not copied again. Packs whose objects are not in the store are
 * named in the note: a backup with a known hole is better than none.
 * @throws `ledger.unavailable`, `store.unavailable`, `store.full`: the backup before this one stays.
 */
export const backUp =
  (needs: BackUpNeeds) =>
  async (order: BackUpOrder): Promise<BackUpOutcome> => {
    const { ledger, folder } = needs
    if (!(await isSameLedger(ledger, await folder.note()))) return { outcome: 'other-ledger' }
    for (let taken = 0; taken < mostSnapshots; taken += 1) {
      const snapshot = await takeSnapshot(needs)
      const { dropped, missing, totals } = await copyPacks(needs, snapshot.ledger, order)
      if (dropped > 0) continue
      const objects = { count: totals.objects, bytes: totals.bytes }
      const note = { ...snapshot, objects, missing }
      await folder.publish(note)
      return { outcome: 'done', note, totals }
    }
    return { outcome: 'restless' }
  }
