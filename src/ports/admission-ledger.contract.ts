/** What every adapter of `admission-ledger.ts` must do; how verdicts are given stands in its own file. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, PackId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import {
  addSender,
  admitAll,
  after,
  announce,
  arrive,
  decideAll,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  race,
  type Sending,
  take,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const admissionLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`admission ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const itemsOf = () => ledgers.delivery.itemsOf(sending.case)

    describe('dropPack', () => {
      it('drops a pack once, and only when nothing in it lives and it was admitted', async () => {
        const { pack } = await arrive(ledgers, sending, [1, 2])
        expect(await ledgers.admission.dropPack(pack.id)).toBe(false)
        await admitAll(ledgers, pack.id, { codes: ['NOT_DICOM_OR_PDF'] })
        const dropped = await race(5, () => ledgers.admission.dropPack(pack.id))
        expect(dropped.filter((moved) => moved)).toHaveLength(1)
        expect(await take(ledgers, pack.id)).toMatchObject({ state: 'dropped', items: [] })
      })

      it('keeps a pack for one item that lives, quarantined or still coming', async () => {
        const { pack } = await arrive(ledgers, sending, [1, 2])
        await admitAll(ledgers, pack.id, (index) => ({ codes: index === 0 ? ['NO_PIXELS'] : ['EMPTY_FILE'] }))
        expect(await ledgers.admission.dropPack(pack.id)).toBe(false)
        const large = newFile(2 * chunkBytes)
        await announce(ledgers, sending, [large])
        const first = newPack(sending, [[large, 0, 1]])
        granted(await ledgers.intake.recordPacks([first]))
        await admitAll(ledgers, first.id)
        expect(await ledgers.admission.dropPack(first.id)).toBe(false)
        expect(await ledgers.admission.dropPack(newId<PackId>())).toBe(false)
      })
    })

    describe('takePack', () => {
      it('gives the first bytes kept with a pack until it was decided, whichever way', async () => {
        const [one, two] = [newFile(5), newFile(5)]
        await announce(ledgers, sending, [one, two])
        const heads = Buffer.from('sealed first bytes')
        const packs = [one, two].map((file) => ({ ...newPack(sending, [[file]]), heads }))
        granted(await ledgers.intake.recordPacks(packs))
        const [first, second] = packs
        if (first === undefined || second === undefined) throw new Error('two packs were recorded')
        for (const { id } of packs) expect((await take(ledgers, id)).heads).toEqual(heads)
        await admitAll(ledgers, first.id)
        await ledgers.admission.quarantinePack(second.id, noon)
        for (const { id } of packs) expect((await take(ledgers, id)).heads).toBeNull()
      })

      it('shows a pack with the items it completed and every key these need', async () => {
        const large = newFile(2 * chunkBytes + 1)
        await announce(ledgers, sending, [large])
        const small = newFile(5)
        await announce(ledgers, sending, [small])
        const first = newPack(sending, [[large, 2, 1]])
        const second = newPack(sending, [[large, 0, 2], [small]])
        granted(await ledgers.intake.recordPacks([first]))
        expect(await take(ledgers, first.id)).toMatchObject({ items: [], packKeys: new Map() })
        granted(await ledgers.intake.recordPacks([second]))
        const taken = await take(ledgers, second.id)
        expect(taken).toMatchObject({
          ...sending,
          id: second.id,
          state: 'stored',
          attempts: 0,
          wrappedKey: `wrapped ${sending.case}`,
        })
        expect(taken.packKeys).toEqual(new Map([first, second].map((pack) => [pack.id, pack.lockedKey])))
        expect([...taken.planKeys.keys()].toSorted()).toEqual(taken.items.map((item) => item.plan).toSorted())
        expect([...taken.planKeys.values()]).toEqual(['plan key', 'plan key'])
        const items = new Map(taken.items.map((item) => [item.id, item]))
        expect(items.size).toBe(2)
        const found = items.get(large.id)
        expect(found?.size).toBe(large.size)
        expect(plain(found?.sealedName ?? null)).toEqual(large.sealedName)
        const expected = [second.extents[0], first.extents[0]]
        expect(
          found?.extents.map((extent) => ({
            ...extent,
            sha256: plain(extent.sha256),
            wrappedKey: plain(extent.wrappedKey),
          })),
        ).toEqual(expected)
      })

      it('counts every try before it answers, whoever takes it', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        expect((await take(ledgers, pack.id)).attempts).toBe(0)
        expect((await take(ledgers, pack.id)).attempts).toBe(1)
        const more = await race(10, async () => (await take(ledgers, pack.id)).attempts)
        expect(more.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      })

      it('takes back a count, never below none', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        await ledgers.admission.giveBack(pack.id)
        expect((await take(ledgers, pack.id)).attempts).toBe(0)
        expect((await take(ledgers, pack.id)).attempts).toBe(1)
        await ledgers.admission.giveBack(pack.id)
        expect((await take(ledgers, pack.id)).attempts).toBe(1)
        await ledgers.admission.giveBack(newId<PackId>())
      })

      it('knows no other pack, and shows one of an erased case without its key', async () => {
        expect(await ledgers.admission.takePack(newId<PackId>())).toBeNull()
        const { pack } = await arrive(ledgers, sending, [1])
        await ledgers.destroyKey(sending.case)
        expect(await take(ledgers, pack.id)).toMatchObject({ wrappedKey: null, state: 'stored' })
      })

      it('shows a pack that is done without its items', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        await admitAll(ledgers, pack.id)
        expect(await take(ledgers, pack.id)).toMatchObject({ state: 'admitted', items: [] })
      })
    })

    describe('quarantinePack', () => {
      it('leaves a pack and its undecided items to a person, once', async () => {
        const { pack, files } = await arrive(ledgers, sending, [4, 5])
        const others = await arrive(ledgers, sending, [6])
        const answers = await race(5, () => ledgers.admission.quarantinePack(pack.id, noon))
        expect(answers.flat().toSorted()).toEqual(files.map((file) => file.id).toSorted())
        expect(await take(ledgers, pack.id)).toMatchObject({ state: 'quarantined', items: [] })
        expect(await take(ledgers, others.pack.id)).toMatchObject({ state: 'stored' })
        const states = new Map((await itemsOf()).map((item) => [item.id, item]))
        for (const { id } of files)
          expect(states.get(id)).toMatchObject({ state: 'quarantined', codes: ['CHECK_UNAVAILABLE'] })
      })

      it('touches no pack that was admitted, and none that is not there', async () => {
        const { pack } = await arrive(ledgers, sending, [4])
        await admitAll(ledgers, pack.id)
        expect(await ledgers.admission.quarantinePack(pack.id, noon)).toEqual([])
        expect(await ledgers.admission.quarantinePack(newId<PackId>(), noon)).toEqual([])
        expect(await take(ledgers, pack.id)).toMatchObject({ state: 'admitted' })
        expect(await itemsOf()).toMatchObject([{ state: 'accepted' }])
      })

      it('lets either the admission or the quarantine win, never half of each', async () => {
        for (let round = 0; round < 10; round++) {
          const racing = await openSender(ledgers)
          const { pack } = await arrive(ledgers, racing, [4, 5, 6])
          const taken = await take(ledgers, pack.id)
          const decisions = decideAll(taken)
          const [decided, waiting] = await Promise.all([
            ledgers.admission.admit(taken, decisions, () => decisions, noon),
            ledgers.admission.quarantinePack(pack.id, noon),
          ])
          expect(decided.length + waiting.length).toBe(3)
          expect(Math.min(decided.length, waiting.length)).toBe(0)
          const states = (await ledgers.delivery.itemsOf(racing.case)).map((item) => item.state)
          expect(new Set(states)).toEqual(new Set([decided.length > 0 ? 'accepted' : 'quarantined']))
        }
      })
    })

    describe('owed work', () => {
      it('names packs stored before, oldest first, and no more than asked', async () => {
        const packs: PackId[] = []
        for (const seconds of [3, 1, 2])
          packs.push((await arrive(ledgers, sending, [1], after(seconds))).pack.id)
        const [third, first, second] = packs as [PackId, PackId, PackId]
        const done = await arrive(ledgers, sending, [1])
        await admitAll(ledgers, done.pack.id)
        const waiting = await arrive(ledgers, sending, [1])
        await ledgers.admission.quarantinePack(waiting.pack.id, noon)
        expect(await ledgers.admission.owedPacks(after(100), 10)).toEqual([first, second, third])
        expect(await ledgers.admission.owedPacks(after(100), 2)).toEqual([first, second])
        expect(await ledgers.admission.owedPacks(after(2), 10)).toEqual([first])
        await take(ledgers, first)
        expect(await ledgers.admission.owedPacks(after(2), 10)).toEqual([first])
      })

      it('names packs of a clock that was set back since', async () => {
        const { pack } = await arrive(ledgers, sending, [1])
        const [soon, yesterday] = [59, 24 * 60].map((minutes) => new Date(noon.getTime() - minutes * 60_000))
        expect(await ledgers.admission.owedPacks(soon ?? noon, 10)).toEqual([])
        expect(await ledgers.admission.owedPacks(yesterday ?? noon, 10)).toEqual([pack.id])
      })

      /** A case whose only sender began, was admitted and finished at noon. */
      const finishedCase = async (): Promise<Sending> => {
        const done = await openSender(ledgers)
        const { pack } = await arrive(ledgers, done, [1])
        await admitAll(ledgers, pack.id)
        granted(await ledgers.intake.finish(done.sender, 'receipt', noon))
        return done
      }
      const owed = (limit = 10): Promise<readonly CaseId[]> => ledgers.admission.owedCases(after(1), limit)

      it('names cases whose senders are done, until they are offered', async () => {
        const done = [await finishedCase(), await finishedCase(), await finishedCase()]
        expect((await owed()).toSorted()).toEqual(done.map((one) => one.case).toSorted())
        expect(await owed(2)).toHaveLength(2)
        expect(await ledgers.admission.owedCases(noon, 10)).toEqual([])
        for (const one of done) await ledgers.cases.moveCase(one.case, 'ready', noon)
        expect(await owed()).toEqual([])
      })

      it('names no case with a sender at work, or an item that waits', async () => {
        const done = await finishedCase()
        const second = { ...done, sender: await addSender(ledgers, done.case) }
        expect(await owed()).toEqual([done.case])
        const file = newFile(3)
        await announce(ledgers, second, [file])
        expect(await owed()).toEqual([])
        const pack = newPack(second, [[file]])
        granted(await ledgers.intake.recordPacks([pack]))
        granted(await ledgers.intake.finish(second.sender, 'receipt', noon))
        expect(await owed()).toEqual([])
        await ledgers.admission.quarantinePack(pack.id, noon)
        expect(await owed()).toEqual([done.case])
      })
    })
  })
}
