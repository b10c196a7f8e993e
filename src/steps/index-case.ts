/**
 * Index case: everything the ledger knows of a case goes sealed into the store, so that store and key ring alone
 * bring it back. And the same for the audit chain, which belongs to no case and outlives each.
 */
import { randomBytes } from 'node:crypto'
import type { CaseId, IndexId } from '#domain/id.ts'
import { auditObject, indexObject, type KeptRows } from '#domain/kept.ts'
import { createIndexWriter, type IndexIdentity, writeEnded } from '#formats/case-index/writer.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IndexLedger } from '#ports/index-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { putObject } from '#ports/put-object.ts'

export type IndexCaseNeeds = {
  readonly indexes: IndexLedger
  readonly store: ObjectStore
  readonly vault: CaseVault
  readonly clock: Clock
  readonly ids: Ids
}

/** New entries of the audit chain that one object takes. */
const mostEntries = 10_000

const writeSealed = async (
  { store, vault }: IndexCaseNeeds,
  name: string,
  identity: IndexIdentity,
  key: string,
  rows: AsyncIterable<KeptRows>,
): Promise<void> => {
  const bodyKey = randomBytes(32)
  const wrappedBodyKey = (await vault.open(identity.of, key)).wrap(bodyKey)
  const index = createIndexWriter(identity, { key, bodyKey, wrappedBodyKey })
  const object = await store.create(name)
  try {
    for await (const some of rows) {
      index.add(some)
      await object.write(index.take())
    }
    index.finish()
    await object.write(index.take())
    await object.commit()
  } catch (error) {
    await object.abort().catch(() => {})
    throw error
  }
}

/** Removes what counts no more. What could not be removed now is an orphan, and no harm. */
const drop = async ({ store }: IndexCaseNeeds, name: string): Promise<void> => {
  await store.remove(name).catch(() => {})
}

/** Writes a fresh index of a case that changed since its last. True when it did. */
export const indexCase =
  (needs: IndexCaseNeeds) =>
  async (id: CaseId): Promise<boolean> => {
    const { indexes, store, clock, ids } = needs
    const at = clock.now()
    const object = ids.next<IndexId>()
    const written = await indexes.viewCase(id, async (state, rows) => {
      if (state.changed === state.indexed) return null
      // Time and not a count: a ledger that was set back to an earlier hour still writes the newest index.
      const sequence = Math.max(state.sequence + 1, at.getTime())
      const identity: IndexIdentity = { kind: 'case', of: id, sequence }
      if (state.wrappedKey === null) await putObject(store, indexObject(object), writeEnded(identity))
      else await writeSealed(needs, indexObject(object), identity, state.wrappedKey, rows)
      return { ...state, next: sequence }
    })
    if (written === null) return false
    const { sequence: after, next: sequence, changed } = written
    const done = clock.now()
    const costMs = done.getTime() - at.getTime()
    const recorded = await indexes.recordIndex(id, { object, sequence, after, changed, costMs, at: done })
    if (!recorded) await drop(needs, indexObject(object))
    else if (written.object !== null) await drop(needs, indexObject(written.object))
    return recorded
  }

/** Writes what the store lacks of the audit chain; how many entries the piece has, 0 when nothing was owed. */
export const keepAudit = (needs: IndexCaseNeeds) => async (): Promise<number> => {
  const { indexes, vault, clock, ids } = needs
  const unkept = await indexes.unkeptAudit(mostEntries)
  if (unkept === null) return 0
  const { first, last, rows, replaces } = unkept
  // A key of its own, made as a case's is: entries of an erased case stay readable, and say nothing of a person.
  const id = ids.next<CaseId>()
  const { wrappedKey } = await vault.create(id)
  const some = async function* () {
    yield rows
  }
  await writeSealed(needs, auditObject(id), { kind: 'audit', of: id, sequence: first }, wrappedKey, some())
  const recorded = await indexes.recordAudit({ id, first, last, replaces, at: clock.now() })
  if (!recorded) await drop(needs, auditObject(id))
  else if (replaces !== null) await drop(needs, auditObject(replaces))
  return recorded ? rows.rows.length : 0
}
