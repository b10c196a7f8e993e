/**
 * Restore late: packs and plans that came after the last index of their case. A pack opens by its own table of
 * contents, its files have the names of their plans, and it waits for its verdicts once more. Then every object that
 * the ledger counts on is looked for, and the chain goes on with what was done.
 */
import { Fault, isRefusal } from '#domain/fault.ts'
import { type CaseId, type PackId, readId, type SenderId } from '#domain/id.ts'
import { planObject } from '#domain/kept.ts'
import { packObject } from '#domain/pack.ts'
import { attempt, type Listed, type Tell } from '#domain/rebuilding.ts'
import { senderSeal } from '#domain/seal-name.ts'
import { readContents, readEnding } from '#formats/pack/reader.ts'
import { longestPlan, readPlan } from '#formats/plan/record.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'
import { listOldestFirst } from '#ports/list-objects.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { RebuildLedger } from '#ports/rebuild-ledger.ts'

export type RestoreLateNeeds = {
  readonly store: Pick<ObjectStore, 'read' | 'list'>
  readonly ledger: Pick<RebuildLedger, 'known' | 'needed'>
  readonly cases: Pick<CaseLedger, 'addSender'>
  readonly intake: Pick<IntakeLedger, 'plan' | 'recordPacks'>
  readonly audit: Pick<AuditLedger, 'append' | 'verify'>
  readonly clock: Clock
}

/** Open keys of the cases that are there again. */
type Keys = ReadonlyMap<CaseId, CaseKey>

const pageRows = 1_000

/** A sender who came after the last index: the records count, and the desk asks whose they are. */
const needSender = async (
  { ledger, cases }: RestoreLateNeeds,
  keys: Keys,
  { case: of, sender, at }: { readonly case: CaseId; readonly sender: SenderId; readonly at: Date },
  tell: Tell,
): Promise<CaseKey> => {
  const key = keys.get(of)
  if (key === undefined) throw new Fault('key.unavailable')
  if ((await ledger.known('senders', [sender])).has(sender)) return key
  const details = key.seal(Buffer.from(JSON.stringify({ name: '' })), senderSeal(of, sender))
  await cases.addSender({ id: sender, case: of, role: 'provider', details, at })
  tell({ what: 'sender', id: sender })
  return key
}

const restorePlan = async (needs: RestoreLateNeeds, keys: Keys, { key: name, size }: Listed, tell: Tell) => {
  const { store, ledger, intake } = needs
  if (size > longestPlan) throw new Fault('store.damaged')
  const { plan, files } = readPlan(await store.read(name, 0, size))
  if (name !== planObject(plan.id)) throw new Fault('store.damaged')
  await needSender(needs, keys, plan, tell)
  const known = await ledger.known(
    'items',
    files.map((file) => file.id),
  )
  const fresh = files.filter((file) => !known.has(file.id))
  if (fresh.length === 0 || (await ledger.known('plans', [plan.id])).has(plan.id)) return
  const planned = await intake.plan(plan, fresh, Number.MAX_SAFE_INTEGER)
  if (isRefusal(planned)) tell({ what: 'left', key: name, why: planned.refused })
  else tell({ what: 'plan', id: plan.id, items: fresh.length })
}

const restorePack = async (
  needs: RestoreLateNeeds,
  keys: Keys,
  { key: name, size, at }: Listed,
  tell: Tell,
) => {
  const { ledger, intake } = needs
  const source = { read: (offset: number, length: number) => needs.store.read(name, offset, length) }
  const ending = await readEnding(source, size)
  const { pack: id, case: of, lockedKey } = ending
  const caseKey = keys.get(of)
  if (name !== packObject(id)) throw new Fault('store.damaged')
  if (caseKey === undefined) throw new Fault('key.unavailable')
  const { sender, extents } = await readContents(source, ending, await caseKey.unlock(lockedKey))
  await needSender(needs, keys, { case: of, sender, at }, tell)
  const items = [...new Set(extents.map((extent) => extent.item))]
  const known = await ledger.known('items', items)
  const unknown = items.filter((item) => !known.has(item))
  if (unknown.length > 0) tell({ what: 'left', key: name, why: 'plan.unknown-item', items: unknown })
  const named = extents.filter((extent) => known.has(extent.item))
  if (named.length === 0) return
  const recorded = await intake.recordPacks([
    { id, case: of, sender, size, lockedKey, heads: null, extents: named, at },
  ])
  if (isRefusal(recorded)) tell({ what: 'left', key: name, why: recorded.refused })
  else if (recorded.repeated.length > 0) tell({ what: 'left', key: name, why: 'repeated' })
  else tell({ what: 'pack', id, items: recorded.completed })
}

const restorePacks = async (needs: RestoreLateNeeds, keys: Keys, packs: readonly Listed[], tell: Tell) => {
  for (let at = 0; at < packs.length; at += pageRows) {
    const page = packs.slice(at, at + pageRows)
    const ids = page.flatMap(({ key }) => readId<PackId>(key.slice(packObject('' as PackId).length)) ?? [])
    const known = await needs.ledger.known('packs', ids)
    const indexed = new Set([...known].map(packObject))
    for (const pack of page)
      if (!indexed.has(pack.key)) await attempt(tell, pack.key, () => restorePack(needs, keys, pack, tell))
  }
}

const tellMissing = async ({ ledger }: RestoreLateNeeds, packs: readonly Listed[], tell: Tell) => {
  const sizes = new Map(packs.map(({ key, size }) => [key, size]))
  for (let after: PackId | null = null; ; ) {
    const page = await ledger.needed('packs', after, pageRows)
    for (const { id, bytes } of page) {
      const key = packObject(id as PackId)
      if ((sizes.get(key) ?? 0) < bytes) tell({ what: 'missing', key })
    }
    if (page.length < pageRows) return
    after = page.at(-1)?.id as PackId
  }
}

/** The first entry of the audit chain that does not hold, null when all do. */
export const restoreLate =
  (needs: RestoreLateNeeds) =>
  async (keys: Keys, tell: Tell): Promise<{ readonly broken: number | null }> => {
    for (const plan of await listOldestFirst(needs.store, 'plans/'))
      await attempt(tell, plan.key, () => restorePlan(needs, keys, plan, tell))
    const packs = await listOldestFirst(needs.store, 'packs/')
    await restorePacks(needs, keys, packs, tell)
    await tellMissing(needs, packs, tell)
    const broken = await needs.audit.verify()
    const facts = { cases: keys.size }
    await needs.audit.append(
      { action: 'ledger.rebuilt', actor: { kind: 'worker' }, case: null, object: null, facts },
      needs.clock.now(),
    )
    return { broken }
  }
