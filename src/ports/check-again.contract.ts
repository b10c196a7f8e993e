/** What every adapter of `DecisionLedger.checkAgain` must do: a pack nothing could look into begins anew, once. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ItemId, OperatorId, PackId } from '#domain/id.ts'
import {
  admitAll,
  after,
  arrive,
  granted,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openSender,
  race,
  refusedOf,
  type Sending,
  take,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const checkAgainContract = (name: string, open: OpenLedgers): void => {
  describe(`decision ledger, checkAgain: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    /** Items of one pack that no check could look into. */
    const unlooked = async (sizes: readonly number[]) => {
      const { pack, files } = await arrive(ledgers, sending, sizes)
      await ledgers.admission.quarantinePack(pack.id, noon)
      const ids: readonly ItemId[] = files.map((file) => file.id)
      return { pack: pack.id satisfies PackId, items: ids }
    }
    const discard = (item: ItemId) =>
      ledgers.decisions.decide({
        case: sending.case,
        item,
        by: newId<OperatorId>(),
        act: 'discard',
        reason: 'unreadable',
        sealedNote: null,
        at: after(60),
      })
    const waiting = () => ledgers.decisions.waitingOf(sending.case)
    const stateOf = async (id: ItemId) =>
      (await ledgers.delivery.itemsOf(sending.case)).find((item) => item.id === id)?.state
    const ask = (item: ItemId) =>
      ledgers.decisions.checkAgain({ case: sending.case, item, by: newId<OperatorId>(), at: after(60) })

    it('sends the pack back with all its items nothing looked into, its tries forgotten', async () => {
      const { pack, items } = await unlooked([5, 6, 7])
      const [first = newId<ItemId>(), second = newId<ItemId>(), third = newId<ItemId>()] = items
      granted(await discard(third))
      const asked = granted(await ask(first))
      expect({ ...asked, items: asked.items.toSorted() }).toEqual({
        pack,
        items: [first, second].toSorted(),
      })
      expect(await waiting()).toEqual([])
      expect(await ledgers.admission.owedPacks(after(100), 9)).toEqual([pack])
      const taken = await take(ledgers, pack)
      expect(taken).toMatchObject({ state: 'stored', attempts: 0 })
      expect(taken.items.map((item) => item.id).toSorted()).toEqual([first, second].toSorted())
    })

    it('ends in a verdict as if it came for the first time, or in quarantine again', async () => {
      const { pack, items } = await unlooked([5])
      const [item = newId<ItemId>()] = items
      granted(await ask(item))
      await ledgers.admission.quarantinePack(pack, noon)
      expect(await stateOf(item)).toBe('quarantined')
      granted(await ask(item))
      expect(await admitAll(ledgers, pack)).toHaveLength(1)
      expect(await stateOf(item)).toBe('accepted')
    })

    it('takes a case back that was ready, until nothing in it is unchecked', async () => {
      const state = async () => (await ledgers.cases.findCase(sending.case))?.state
      const { pack, items } = await unlooked([5])
      const [item = newId<ItemId>()] = items
      expect(await ledgers.cases.moveCase(sending.case, 'ready', noon)).toBe(true)
      granted(await ask(item))
      expect(await state()).toBe('collecting')
      await admitAll(ledgers, pack)
      expect(await ledgers.cases.moveCase(sending.case, 'ready', after(90))).toBe(true)
    })

    it('never leaves a case ready with something unchecked in it, whoever is first', async () => {
      for (let round = 0; round < 12; round += 1) {
        sending = await openSender(ledgers)
        const { items } = await unlooked([5])
        await ledgers.intake.finish(sending.sender, 'receipt', noon)
        const [item = newId<ItemId>()] = items
        const [asked] = await Promise.all([
          ask(item),
          ledgers.cases.makeReady(sending.case, noon),
          ledgers.cases.makeReady(sending.case, noon),
        ])
        granted(asked)
        expect((await ledgers.cases.findCase(sending.case))?.state).toBe('collecting')
      }
    })

    it('leaves a case where it is that somebody reads already, and one that was never ready', async () => {
      const state = async () => (await ledgers.cases.findCase(sending.case))?.state
      const { items } = await unlooked([5])
      const { items: more } = await unlooked([6])
      granted(await ask(items[0] ?? newId<ItemId>()))
      expect(await state()).toBe('collecting')
      await ledgers.cases.moveCase(sending.case, 'ready', noon)
      await ledgers.cases.moveCase(sending.case, 'assigned', noon)
      granted(await ask(more[0] ?? newId<ItemId>()))
      expect(await state()).toBe('assigned')
    })

    it('is refused for what was looked into, and asked once by many', async () => {
      const { files, pack } = await arrive(ledgers, sending, [5])
      await admitAll(ledgers, pack.id, { codes: ['NO_PIXELS'] })
      const item = files[0]?.id ?? newId<ItemId>()
      expect(refusedOf(await ask(item))).toBe('item.checked')
      const { items } = await unlooked([5])
      const answers = await race(6, () => ask(items[0] ?? item))
      expect(answers.map(refusedOf).filter((code) => code === null)).toHaveLength(1)
      expect(answers.map(refusedOf).filter((code) => code === 'item.not-waiting')).toHaveLength(5)
      expect(await stateOf(item)).toBe('quarantined')
    })
  })
}
