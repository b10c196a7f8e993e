/**
 * Check store: every object the ledger counts on is there, and every object there is counted on. A missing pack is
 * an alarm, a missing index is written again; what nobody names is an orphan, left by a write that timed out or a
 * removal that failed.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import { type AnyId, readId } from '#domain/id.ts'
import { type ObjectKind, objectKinds } from '#domain/kept.ts'
import type { Clock } from '#ports/clock.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { RebuildLedger } from '#ports/rebuild-ledger.ts'

export type CheckStoreNeeds = {
  readonly store: Pick<ObjectStore, 'list' | 'size' | 'remove'>
  readonly ledger: Pick<RebuildLedger, 'isEmpty' | 'needed' | 'isNamed' | 'oweAgain'>
  readonly clock: Clock
}

/** A younger object may be on its way into the ledger. */
export const orphanHours = 24

const pageRows = 1_000

/**
 * `missing`: not there, or shorter than its rows reach; `owed`: an index that is not there, and will be written
 * again; `young`: named by nobody, and may be written still.
 */
export type StoreNote = {
  readonly what: 'missing' | 'owed' | 'orphan' | 'young' | 'removed'
  readonly key: string
}

export type StoreCheck = Readonly<Record<StoreNote['what'], number>> & { readonly objects: number }

type Orphan = { readonly kind: ObjectKind; readonly id: AnyId | null; readonly key: string }

/** True when it really is not there: rows and objects were read at different moments, and both go on changing. */
const isMissing = async (
  { store, ledger }: CheckStoreNeeds,
  kind: ObjectKind,
  id: AnyId,
  bytes: number,
): Promise<boolean> => {
  const size = await store.size(`${kind}/${id}`)
  return (size === null || size < bytes) && (await ledger.isNamed(kind, id))
}

const checkKind = async (needs: CheckStoreNeeds, kind: ObjectKind, tell: (note: StoreNote) => void) => {
  const { store, ledger, clock } = needs
  const oldest = clock.now().getTime() - orphanHours * 3_600_000
  const listed = new Map<string, { readonly size: number; readonly at: Date }>()
  for await (const { key, size, at } of store.list(`${kind}/`)) listed.set(key, { size, at })
  const objects = listed.size
  for (let after: AnyId | null = null, more = true; more; ) {
    const page = await ledger.needed(kind, after, pageRows)
    for (const { id, bytes } of page) {
      const key = `${kind}/${id}`
      const found = listed.get(key)
      listed.delete(key)
      if (bytes === 0 || (found?.size ?? 0) >= bytes || !(await isMissing(needs, kind, id, bytes))) continue
      const rewritable = kind === 'indexes' || kind === 'audit'
      tell({ what: rewritable ? 'owed' : 'missing', key })
      if (rewritable) await ledger.oweAgain(kind, id)
    }
    after = page.at(-1)?.id ?? null
    more = page.length === pageRows
  }
  const orphans: Orphan[] = []
  for (const [key, { at }] of listed) {
    const old = at.getTime() < oldest
    tell({ what: old ? 'orphan' : 'young', key })
    if (old) orphans.push({ kind, id: readId(key.slice(kind.length + 1)), key })
  }
  return { objects, orphans }
}

/**
 * Compares all of it, and removes orphans when asked to. Refuses `state.conflict`, before anything is removed, when
 * the ledger is empty or an object is missing: it may be older than the store, and the orphans all there is.
 */
export const checkStore =
  (needs: CheckStoreNeeds) =>
  async (
    removeOrphans: boolean,
    listen: (note: StoreNote) => void,
  ): Promise<StoreCheck | (StoreCheck & Refusal)> => {
    const count = { missing: 0, owed: 0, orphan: 0, young: 0, removed: 0, objects: 0 }
    const tell = (note: StoreNote): void => {
      count[note.what] += 1
      listen(note)
    }
    const all: Orphan[] = []
    for (const kind of objectKinds) {
      const { objects, orphans } = await checkKind(needs, kind, tell)
      count.objects += objects
      all.push(...orphans)
    }
    if (!removeOrphans) return count
    if (count.missing + count.owed > 0 || (await needs.ledger.isEmpty()))
      return { ...count, ...refuse('state.conflict') }
    for (const { kind, id, key } of all) {
      // What is not named like an object of ours is somebody else's.
      if (id === null || (await needs.ledger.isNamed(kind, id))) continue
      await needs.store.remove(key)
      tell({ what: 'removed', key })
    }
    return count
  }
