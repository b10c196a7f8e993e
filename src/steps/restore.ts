/**
 * Restore: a backup into an empty ledger. Objects go first, rows last and in one transaction, so a restore that
 * was cut short is simply begun again. It opens every case's key beforehand: a ledger without its key ring is
 * noise, and nobody should find that out later.
 */
import { Fault } from '#domain/fault.ts'
import type { PackId } from '#domain/id.ts'
import { inLanes } from '#domain/in-lanes.ts'
import { packObject } from '#domain/pack.ts'
import { readCaseKeys, readLedgerLine, readPacks } from '#formats/backup/ledger-text.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { BackupFolder, BackupNote } from '#ports/backup-folder.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import { type CopyTarget, copyBytes, copyObject } from '#ports/copy-object.ts'
import type { LedgerCopy, LedgerRow } from '#ports/ledger-copy.ts'
import type { ObjectStore } from '#ports/object-store.ts'

export type RestoreNeeds = {
  readonly ledger: LedgerCopy
  readonly audit: Pick<AuditLedger, 'verify'>
  readonly vault: Pick<CaseVault, 'open'>
  readonly store: Pick<ObjectStore, 'create' | 'size'>
  readonly folder: BackupFolder
}

export type RestoreOrder = {
  /** Objects copied at the same time. */
  readonly lanes: number
  /** Goes on although the key ring does not open every case. */
  readonly acceptLostKeys: boolean
  readonly progress: (totals: { readonly objects: number; readonly bytes: number }) => void
}

export type RestoreOutcome =
  | { readonly outcome: 'no-backup' }
  | { readonly outcome: 'not-empty' }
  | { readonly outcome: 'other-migration'; readonly backup: string; readonly ledger: string | null }
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'keys'; readonly cases: number; readonly closed: number }
  | {
      readonly outcome: 'done'
      readonly note: BackupNote
      readonly objects: number
      readonly bytes: number
      readonly closed: number
      /** Packs whose objects neither the backup nor the store has whole. */
      readonly missing: readonly PackId[]
      /** The audit chain holds and ends where the backup says. */
      readonly auditHolds: boolean
    }

const countKeys = async (
  { vault, folder }: RestoreNeeds,
  { ledger }: BackupNote,
): Promise<{ cases: number; closed: number }> => {
  let cases = 0
  let closed = 0
  for await (const { id, wrappedKey } of readCaseKeys(folder.readLedger(ledger))) {
    cases += 1
    try {
      await vault.open(id, wrappedKey)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'key.unavailable') throw error
      closed += 1
    }
  }
  return { cases, closed }
}

const copyPacks = async (
  { store, folder }: RestoreNeeds,
  { ledger }: BackupNote,
  { lanes, progress }: RestoreOrder,
): Promise<{ objects: number; bytes: number; missing: PackId[] }> => {
  const totals = { objects: 0, bytes: 0 }
  const missing: PackId[] = []
  const scratches = Array.from({ length: lanes }, () => Buffer.allocUnsafeSlow(copyBytes))
  await inLanes(readPacks(folder.readLedger(ledger)), lanes, async ({ id, size }, lane) => {
    const scratch = scratches[lane] ?? Buffer.allocUnsafeSlow(copyBytes)
    // Without `remove`, an object that is there already and differs is left as it is.
    const to: CopyTarget = { create: (key) => store.create(key), size: (key) => store.size(key) }
    const outcome = await copyObject(folder.objects, to, packObject(id), size, scratch)
    if (outcome === 'lost' || outcome === 'differs') {
      missing.push(id)
      return
    }
    totals.objects += 1
    totals.bytes += size
    progress(totals)
  })
  return { ...totals, missing }
}

async function* rowsOf(folder: BackupFolder, { ledger }: BackupNote): AsyncGenerator<LedgerRow> {
  for await (const line of folder.readLedger(ledger)) yield readLedgerLine(line)
}

/** Restores; nothing but objects has changed unless the outcome is `done`. @throws as the ports do. */
export const restore =
  (needs: RestoreNeeds) =>
  async (order: RestoreOrder): Promise<RestoreOutcome> => {
    const { ledger, audit, folder } = needs
    const note = await folder.note()
    if (note === null) return { outcome: 'no-backup' }
    const migration = await ledger.migration()
    if (migration !== note.migration)
      return { outcome: 'other-migration', backup: note.migration, ledger: migration }
    if (!(await ledger.isEmpty())) return { outcome: 'not-empty' }
    if (!(await folder.isWhole(note.ledger))) return { outcome: 'changed' }
    const { cases, closed } = await countKeys(needs, note)
    if (closed > 0 && !order.acceptLostKeys) return { outcome: 'keys', cases, closed }
    const copied = await copyPacks(needs, note, order)
    await ledger.load(rowsOf(folder, note))
    const end = note.audit === null ? null : await ledger.auditHash(note.audit.seq)
    const auditHolds = (await audit.verify()) === null && end === (note.audit?.hash ?? null)
    return { outcome: 'done', note, ...copied, closed, auditHolds }
  }
