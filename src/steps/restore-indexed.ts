/**
 * Restore indexed: an empty ledger gets back the audit chain and each case, as the newest index of it has them. What
 * does not open is told by id and left where it lies; an erased case stays erased.
 */
import { Fault, type Refusal, refuse } from '#domain/fault.ts'
import { type CaseId, type IndexId, readId } from '#domain/id.ts'
import { indexObject } from '#domain/kept.ts'
import { attempt, type Listed, type Tell } from '#domain/rebuilding.ts'
import { type IndexHead, readHead, readRows } from '#formats/case-index/reader.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import { listOldestFirst } from '#ports/list-objects.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { RebuildLedger } from '#ports/rebuild-ledger.ts'

export type RestoreIndexedNeeds = {
  readonly store: Pick<ObjectStore, 'read' | 'list'>
  readonly vault: Pick<CaseVault, 'open'>
  readonly ledger: Pick<RebuildLedger, 'isEmpty' | 'restoreCase' | 'restoreAudit'>
}

export type Indexed = {
  /** Open keys of the cases that are there again. */
  readonly keys: ReadonlyMap<CaseId, CaseKey>
  readonly entries: number
}

const sourceOf = ({ store }: RestoreIndexedNeeds, key: string) => ({
  read: (offset: number, length: number) => store.read(key, offset, length),
})

type Index = Listed & { readonly head: IndexHead }

const readHeads = async (needs: RestoreIndexedNeeds, kind: IndexHead['kind'], prefix: string, tell: Tell) => {
  const heads: Index[] = []
  for (const listed of await listOldestFirst(needs.store, prefix))
    await attempt(tell, listed.key, async () => {
      const head = await readHead(sourceOf(needs, listed.key), listed.size)
      if (head.kind !== kind) throw new Fault('store.damaged')
      heads.push({ ...listed, head })
    })
  return heads
}

const openIndex = async ({ vault }: RestoreIndexedNeeds, { of, keys }: IndexHead) => {
  if (keys === null) throw new Fault('key.unavailable')
  const key = await vault.open(of, keys.key)
  return { key, bodyKey: key.unwrap(keys.wrappedBodyKey) }
}

const restoreAudit = async (needs: RestoreIndexedNeeds, tell: Tell): Promise<number> => {
  const pieces = await readHeads(needs, 'audit', 'audit/', tell)
  let entries = 0
  for (const { key: name, at, head } of pieces.toSorted((a, b) => a.head.sequence - b.head.sequence))
    await attempt(tell, name, async () => {
      const { bodyKey } = await openIndex(needs, head)
      const piece = { id: head.of, first: head.sequence, at }
      const rows = readRows(sourceOf(needs, name), head, bodyKey)
      entries += (await needs.ledger.restoreAudit(piece, rows)).entries
    })
  return entries
}

/** Restores a case from the newest of its indexes that opens. */
const restoreCase = async (needs: RestoreIndexedNeeds, of: CaseId, indexes: readonly Index[], tell: Tell) => {
  const newestFirst = indexes.toSorted((a, b) => b.head.sequence - a.head.sequence)
  const [newest] = newestFirst
  if (newest?.head.keys === null) {
    tell({ what: 'left', key: newest.key, why: 'erased' })
    return null
  }
  for (const { key: name, head } of newestFirst) {
    let opened: CaseKey | null = null
    const done = await attempt(tell, name, async () => {
      const object = readId<IndexId>(name.slice(indexObject('' as IndexId).length))
      if (object === null) throw new Fault('store.damaged')
      const { key, bodyKey } = await openIndex(needs, head)
      const rows = readRows(sourceOf(needs, name), head, bodyKey)
      const { items } = await needs.ledger.restoreCase(of, { object, sequence: head.sequence }, rows)
      tell({ what: 'case', id: of, items })
      opened = key
    })
    if (done) return opened
  }
  return null
}

const restoreCases = async (needs: RestoreIndexedNeeds, tell: Tell): Promise<Indexed['keys']> => {
  const keys = new Map<CaseId, CaseKey>()
  const heads = await readHeads(needs, 'case', 'indexes/', tell)
  for (const [of, indexes] of Map.groupBy(heads, ({ head }) => head.of)) {
    const key = await restoreCase(needs, of, indexes, tell)
    if (key !== null) keys.set(of, key)
  }
  return keys
}

/** Refuses `state.conflict` when the ledger holds anything. */
export const restoreIndexed =
  (needs: RestoreIndexedNeeds) =>
  async (tell: Tell): Promise<Indexed | Refusal> => {
    if (!(await needs.ledger.isEmpty())) return refuse('state.conflict')
    const entries = await restoreAudit(needs, tell)
    return { entries, keys: await restoreCases(needs, tell) }
  }
