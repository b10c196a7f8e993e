/** What every adapter of `rebuild-ledger.ts` must do to say which objects it counts on. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, IndexId, ItemId, PackId } from '#domain/id.ts'
import { appendMany, readCase } from './index-ledger.contract.ts'
import { admitAll, arrive, newId, noon, openCase, openSender } from './ledgers.contract.ts'
import type { RebuiltLedgers } from './rebuild-ledger.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const neededObjectsContract = (name: string, open: () => Promise<RebuiltLedgers>): void => {
  describe(`rebuild ledger, objects: ${name}`, () => {
    let ledgers: RebuiltLedgers
    beforeEach(async () => {
      ledgers = await open()
    })

    it('knows which things there are', async () => {
      const sending = await openSender(ledgers)
      const { files, pack } = await arrive(ledgers, sending, [1, 2])
      const { rebuild } = ledgers
      const ids = files.map((file) => file.id)
      expect(await rebuild.known('items', [...ids, newId<ItemId>()])).toEqual(new Set(ids))
      expect(await rebuild.known('packs', [pack.id, newId<PackId>()])).toEqual(new Set([pack.id]))
      expect(await rebuild.known('senders', [sending.sender])).toEqual(new Set([sending.sender]))
      expect(await rebuild.known('plans', [])).toEqual(new Set())
    })

    it('names the objects it counts on, page by page, and none of a dropped pack', async () => {
      const sending = await openSender(ledgers)
      const packs = [
        await arrive(ledgers, sending, [1, 2]),
        await arrive(ledgers, sending, [3]),
        await arrive(ledgers, sending, [4]),
      ].map(({ pack }) => pack.id)
      const [dropped = newId<PackId>(), ...rest] = packs
      await admitAll(ledgers, dropped, { codes: ['EMPTY_FILE'] })
      await ledgers.admission.dropPack(dropped)
      const { rebuild } = ledgers
      const kept = rest.toSorted()
      const first = await rebuild.needed('packs', null, 1)
      expect(first).toEqual([{ id: kept[0], bytes: 300 }])
      expect(await rebuild.needed('packs', first[0]?.id ?? null, 9)).toEqual([{ id: kept[1], bytes: 300 }])
      expect(await rebuild.isNamed('packs', dropped)).toBe(false)
      expect(await rebuild.isNamed('packs', kept[0] ?? newId())).toBe(true)
      const plans = await rebuild.needed('plans', null, 9)
      expect(plans.map((plan) => plan.bytes)).toEqual([0, 0, 0])
      expect(await rebuild.isNamed('plans', plans[0]?.id ?? newId())).toBe(true)
    })

    it('names the index that counts, and the pieces of the audit chain', async () => {
      const id = await openCase(ledgers)
      const { rebuild, indexes } = ledgers
      expect(await rebuild.needed('indexes', null, 9)).toEqual([])
      const old = newId<IndexId>()
      const object = newId<IndexId>()
      const index = { changed: 1, costMs: 0, at: noon }
      await indexes.recordIndex(id, { ...index, object: old, sequence: 5, after: 0 })
      await indexes.recordIndex(id, { ...index, object, sequence: 6, after: 5 })
      expect(await rebuild.needed('indexes', null, 9)).toEqual([{ id: object, bytes: 1 }])
      expect(await rebuild.isNamed('indexes', old)).toBe(false)
      const piece = newId<CaseId>()
      await indexes.recordAudit({ id: piece, first: 1, last: 2, replaces: null, at: noon })
      expect(await rebuild.needed('audit', null, 9)).toEqual([{ id: piece, bytes: 1 }])
      expect(await rebuild.isNamed('audit', piece)).toBe(true)
    })

    it('owes an index, and the audit chain from a piece on, once more', async () => {
      const id = await openCase(ledgers)
      await appendMany(ledgers, 3)
      const { rebuild, indexes } = ledgers
      const object = newId<IndexId>()
      await indexes.recordIndex(id, { object, sequence: 5, after: 0, changed: 1, costMs: 0, at: noon })
      const pieces = [newId<CaseId>(), newId<CaseId>(), newId<CaseId>()]
      for (const [n, piece] of pieces.entries())
        await indexes.recordAudit({ id: piece, first: n + 1, last: n + 1, replaces: null, at: noon })
      expect(await indexes.owedIndexes(noon, 9)).toEqual([])
      await rebuild.oweAgain('indexes', object)
      expect(await indexes.owedIndexes(noon, 9)).toEqual([id])
      expect((await readCase(ledgers, id))?.state).toMatchObject({ object: null, sequence: 5 })
      await rebuild.oweAgain('audit', pieces[1] ?? newId())
      expect(await rebuild.needed('audit', null, 9)).toEqual([{ id: pieces[0], bytes: 1 }])
      expect(await indexes.unkeptAudit(9)).toMatchObject({ last: 3 })
    })
  })
}
