/** What every adapter of `delivery-ledger.ts` must do: only what is readable leaves, as of one moment. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type CaseState, mayRead } from '#domain/case.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { ItemDecision } from './admission-ledger.ts'
import type { ReadableItem } from './delivery-ledger.ts'
import {
  admitAll,
  after,
  announce,
  arrive,
  caseKeyOf,
  type LedgersUnderTest,
  newFile,
  newId,
  newInstance,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  race,
  type Sending,
} from './ledgers.contract.ts'

/** Every state a case with records passes, in order. */
const way: readonly CaseState[] = [
  'collecting',
  'ready',
  'assigned',
  'in_review',
  'opined',
  'closed',
  'erased',
]

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const deliveryLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`delivery ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const content = () => ledgers.delivery.content(sending.case)
    const item = (id: ItemId, of = sending.case) => ledgers.delivery.item(of, id)

    describe('content', () => {
      it('gives everything a bundle needs of a readable item', async () => {
        const { pack } = await arrive(ledgers, sending, [2 ** 20 + 1])
        const instance = newInstance()
        const [decision] = await admitAll(ledgers, pack.id, { kind: 'dicom', instance }, after(9))
        const found = await content()
        expect(found).toMatchObject({
          case: sending.case,
          revision: 1,
          changedAt: after(9),
          wrappedKey: `wrapped ${sending.case}`,
        })
        const [first] = found?.items ?? []
        expect(found?.items).toHaveLength(1)
        expect(first).toMatchObject({ kind: 'dicom', size: 2 ** 20 + 1, crc32: decision?.crc32, instance })
        expect(plain(first?.sha256 ?? null)).toEqual(decision?.sha256)
        expect(plain(first?.sealedFacts ?? null)).toEqual(decision?.sealedFacts)
        expect(
          first?.extents.map((extent) => ({
            ...extent,
            sha256: plain(extent.sha256),
            wrappedKey: plain(extent.wrappedKey),
          })),
        ).toEqual([{ ...pack.extents[0], wrappedKey: caseKeyOf(first?.id as ItemId, 0) }])
        expect(await item(first?.id as ItemId)).toEqual(found)
      })

      it('gives readable items only, together and alone', async () => {
        const { pack } = await arrive(ledgers, sending, [1, 2, 3, 4])
        const codes = [[], ['BAD_VR'], ['DICOM_TRUNCATED'], ['EMPTY_FILE']] as const
        const decided = await admitAll(ledgers, pack.id, (n) => ({ codes: codes[n] ?? [] }))
        const waiting = await arrive(ledgers, sending, [5])
        const lost = await arrive(ledgers, sending, [6])
        await ledgers.admission.quarantinePack(lost.pack.id, noon)
        const announced = newFile(7)
        await announce(ledgers, sending, [announced])
        const ids = decided.map((decision) => decision.item)
        expect(new Set((await content())?.items.map(({ id }) => id))).toEqual(new Set(ids.slice(0, 2)))
        for (const id of ids.slice(0, 2)) expect((await item(id))?.items).toMatchObject([{ id }])
        const others = [...waiting.files, ...lost.files, announced].map((file) => file.id)
        for (const id of [...ids.slice(2), ...others, newId<ItemId>()]) expect(await item(id)).toBeNull()
        expect(await ledgers.delivery.itemsOf(sending.case)).toHaveLength(7)
      })

      it('lists what may be read: a sum of the images, and each document', async () => {
        const { pack } = await arrive(ledgers, sending, [20, 20, 20, 20, 20])
        const over: Partial<ItemDecision>[] = [
          { kind: 'dicom', instance: newInstance() },
          { kind: 'dicom', instance: newInstance() },
          { kind: 'pdf' },
          { kind: 'pdf', codes: ['PDF_PASSWORD'] },
          { kind: 'picture', codes: ['LOCATION_REMOVED'] },
        ]
        const decided = await admitAll(ledgers, pack.id, (n) => over[n] ?? {})
        const listed = await ledgers.delivery.listed(sending.case)
        expect(listed).toMatchObject({ instances: 2, bytes: 60 })
        expect(listed?.documents).toMatchObject([{ id: decided[2]?.item, kind: 'pdf', size: 20 }])
        expect(plain(listed?.documents[0]?.sealedFacts ?? null)).toEqual(decided[2]?.sealedFacts)
        expect((await content())?.items).toHaveLength(3)
        await ledgers.destroyKey(sending.case)
        expect(await ledgers.delivery.listed(sending.case)).toBeNull()
      })

      it('gives no item to the reader of another case', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        const [mine] = await admitAll(ledgers, pack.id)
        const other = await openSender(ledgers)
        const theirs = await arrive(ledgers, other, [1])
        await admitAll(ledgers, theirs.pack.id)
        expect(await item(mine?.item as ItemId, other.case)).toBeNull()
        expect((await content())?.items.map(({ id }) => id)).toEqual([mine?.item])
        expect(await ledgers.delivery.itemsOf(other.case)).toHaveLength(1)
      })

      it('gives no items before any came, and nothing after, or without a case or its key', async () => {
        expect((await content())?.items).toEqual([])
        expect(await ledgers.delivery.revision(sending.case)).toBe(0)
        expect(await ledgers.delivery.content(newId<CaseId>())).toBeNull()
        expect(await ledgers.delivery.revision(newId<CaseId>())).toBeNull()
        const { pack } = await arrive(ledgers, sending, [1])
        const [mine] = await admitAll(ledgers, pack.id)
        const id = mine?.item as ItemId
        for (const state of way) {
          await ledgers.cases.moveCase(sending.case, state, noon)
          const given = [await content(), await item(id), await ledgers.delivery.revision(sending.case)]
          expect([state, ...given.map((one) => one !== null)]).toEqual([
            state,
            ...given.map(() => mayRead(state)),
          ])
        }
        const gone = await openSender(ledgers)
        await arrive(ledgers, gone, [1])
        await ledgers.destroyKey(gone.case)
        expect(await ledgers.delivery.content(gone.case)).toBeNull()
        expect(await ledgers.delivery.revision(gone.case)).toBeNull()
      })

      it('has another revision whenever the content is another', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        await admitAll(ledgers, pack.id, {}, after(1))
        const before = await content()
        expect(before?.revision).toBe(await ledgers.delivery.revision(sending.case))
        for (const state of ['ready', 'assigned', 'in_review', 'opined'] as const) {
          await ledgers.cases.moveCase(sending.case, state, after(50))
          expect(await content()).toEqual(before)
        }
        await ledgers.cases.moveCase(sending.case, 'in_review', after(60))
        const more = await arrive(ledgers, sending, [1], after(60))
        expect(await content()).toEqual(before)
        await admitAll(ledgers, more.pack.id, {}, after(70))
        const later = await content()
        expect(later).toMatchObject({ revision: 2, changedAt: after(70) })
        expect(later?.items).toHaveLength(2)
      })

      it('is one view while items are being admitted', async () => {
        const packs = await race(20, () => arrive(ledgers, sending, [1, 2]))
        let over = false
        const admitting = race(20, (n) => admitAll(ledgers, packs[n]?.pack.id ?? newId())).finally(() => {
          over = true
        })
        const whole = ({ id, extents }: ReadableItem): boolean =>
          extents.length === 1 && Buffer.from(extents[0]?.wrappedKey ?? []).equals(caseKeyOf(id, 0))
        while (!over) {
          const seen = await content()
          expect(seen?.items).toHaveLength((seen?.revision ?? 0) * 2)
          expect(seen?.items.every(whole)).toBe(true)
        }
        await admitting
        expect(await content()).toMatchObject({ revision: 20 })
      })
    })

    it('shows the desk every item of a case with its verdict', async () => {
      const { pack } = await arrive(ledgers, sending, [1])
      const [decided] = await admitAll(ledgers, pack.id, { kind: 'pdf', codes: ['PDF_ACTIVE_JS'] })
      const waiting = newFile(2)
      await announce(ledgers, sending, [waiting], after(1))
      const [first, second] = await ledgers.delivery.itemsOf(sending.case)
      expect(first).toMatchObject({
        ...sending,
        id: decided?.item,
        size: 1,
        state: 'quarantined',
        kind: 'pdf',
        codes: ['PDF_ACTIVE_JS'],
      })
      expect(plain(first?.sealedFacts ?? null)).toEqual(decided?.sealedFacts)
      expect(second).toMatchObject({
        id: waiting.id,
        state: 'receiving',
        kind: null,
        codes: [],
        sealedFacts: null,
      })
      expect(await ledgers.delivery.itemsOf(newId<CaseId>())).toEqual([])
    })
  })
}
