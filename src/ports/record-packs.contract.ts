/** What every adapter of `IntakeLedger.recordPacks` must do: nothing twice, nothing half, the last byte once. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ItemId, PackId } from '#domain/id.ts'
import type { NewPack, PlannedFile } from './intake-ledger.ts'
import {
  admitAll,
  announce,
  arrive,
  granted,
  type LedgersUnderTest,
  newFile,
  newLargeFile,
  newPack,
  type OpenLedgers,
  openSender,
  plain,
  type Run,
  race,
  type Sending,
  take,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const recordPacksContract = (name: string, open: OpenLedgers): void => {
  describe(`intake ledger, recordPacks: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const plan = (files: readonly PlannedFile[]) => announce(ledgers, sending, files)
    const record = (...packs: NewPack[]) => ledgers.intake.recordPacks(packs)
    const send = (...runs: Run[]) => record(newPack(sending, runs))
    const itemsOf = () => ledgers.intake.itemsOf(sending.sender, false)
    const stateOf = async (id: ItemId) => (await itemsOf()).find((item) => item.id === id)?.state
    /** What a refusal must have left as it was. */
    const everything = async () => [await itemsOf(), await ledgers.cases.findCase(sending.case)]

    it('keeps what came and moves an item with its last byte', async () => {
      const files = [newFile(0), newLargeFile(), newFile(9)]
      await plan(files)
      const [empty, large, small] = files as [PlannedFile, PlannedFile, PlannedFile]
      const first = newPack(sending, [[empty], [large, 0, 2]])
      const answer = granted(await record(first))
      expect(answer).toEqual({ repeated: [], completed: [empty.id] })
      expect(await stateOf(large.id)).toBe('receiving')
      const second = newPack(sending, [[small], [large, 2]])
      expect(new Set(granted(await record(second)).completed)).toEqual(new Set([small.id, large.id]))
      const items = new Map((await itemsOf()).map((item) => [item.id, item]))
      const expected = [first, second].flatMap((pack) =>
        pack.extents.filter((extent) => extent.item === large.id),
      )
      expect(items.get(large.id)).toMatchObject({
        state: 'received',
        size: large.size,
        kind: null,
        codes: [],
      })
      expect(
        items.get(large.id)?.extents.map(({ first, count, length, sha256 }) => ({
          first,
          count,
          length,
          sha256: plain(sha256),
        })),
      ).toEqual(expected.map(({ first, count, length, sha256 }) => ({ first, count, length, sha256 })))
      expect(items.get(empty.id)?.extents).toMatchObject([{ first: 0, count: 1, length: 0 }])
    })

    it('starts the case collecting with the first pack', async () => {
      expect(await ledgers.cases.findCase(sending.case)).toMatchObject({ state: 'requested' })
      await arrive(ledgers, sending, [1])
      expect(await ledgers.cases.findCase(sending.case)).toMatchObject({ state: 'collecting' })
    })

    it('has nothing to do for no packs, or a pack of nothing', async () => {
      expect(await record()).toEqual({ repeated: [], completed: [] })
      const nothing = newPack(sending, [])
      expect(await record(nothing)).toEqual({ repeated: [nothing.id], completed: [] })
      expect(await ledgers.admission.takePack(nothing.id)).toBeNull()
    })

    it('says which packs only repeat, and does not keep them', async () => {
      const { files } = await arrive(ledgers, sending, [5, 6])
      const [one, two] = files as [PlannedFile, PlannedFile]
      const before = await everything()
      const again = newPack(sending, [[two], [one]])
      expect(await record(again)).toEqual({ repeated: [again.id], completed: [] })
      expect(await ledgers.admission.takePack(again.id)).toBeNull()
      expect(await everything()).toEqual(before)
    })

    it('knows a repetition in other runs, also of an item with a verdict', async () => {
      const file = newLargeFile()
      await plan([file])
      const pack = newPack(sending, [[file]])
      granted(await record(pack))
      const again = newPack(sending, [
        [file, 1, 1],
        [file, 2, 2],
      ])
      expect(await record(again)).toMatchObject({ repeated: [again.id] })
      await admitAll(ledgers, pack.id, { codes: ['EMPTY_FILE'] })
      const late = newPack(sending, [[file]])
      expect(await record(late)).toEqual({ repeated: [late.id], completed: [] })
    })

    it('keeps what is new of a pack that repeats some runs', async () => {
      const { files } = await arrive(ledgers, sending, [5])
      const [known, fresh] = [files[0] as PlannedFile, newFile(6)]
      await plan([fresh])
      const pack = newPack(sending, [[known], [fresh]])
      expect(await record(pack)).toEqual({ repeated: [], completed: [fresh.id] })
      expect((await take(ledgers, pack.id)).items.map((item) => item.id)).toEqual([fresh.id])
      expect((await itemsOf()).map((item) => item.extents.length)).toEqual([1, 1])
    })

    it('keeps a run once that stands twice in one call', async () => {
      const file = newFile(5)
      await plan([file])
      const [one, two] = [newPack(sending, [[file], [file]]), newPack(sending, [[file]])]
      expect(await record(one, two)).toEqual({ repeated: [two.id], completed: [file.id] })
      expect((await itemsOf())[0]?.extents).toHaveLength(1)
    })

    it('records several packs of one item together', async () => {
      const file = newLargeFile()
      await plan([file])
      const packs = [0, 1, 2, 3].map((chunk) => newPack(sending, [[file, chunk, 1]]))
      expect(await record(...packs)).toEqual({ repeated: [], completed: [file.id] })
      expect((await take(ledgers, packs[3]?.id as PackId)).items[0]?.extents.map((e) => e.pack)).toEqual(
        packs.map((pack) => pack.id),
      )
    })

    it('records one of many who bring the same part at once', async () => {
      const files = [newFile(5), newLargeFile()]
      await plan(files)
      const packs = Array.from({ length: 10 }, () =>
        newPack(
          sending,
          files.map((file) => [file] as const),
        ),
      )
      const answers = (await Promise.all(packs.map((pack) => record(pack)))).map(granted)
      expect(answers.filter((answer) => answer.repeated.length === 0)).toHaveLength(1)
      expect(answers.flatMap((answer) => answer.completed).toSorted()).toEqual(
        files.map((file) => file.id).toSorted(),
      )
      expect((await itemsOf()).map((item) => item.extents.length)).toEqual([1, 1])
    })

    it('names an item completed once, whichever of its runs is last', async () => {
      for (let round = 0; round < 5; round++) {
        const file = newLargeFile()
        await plan([file])
        const answers = await race(8, (n) => send([file, n % 4, 1]))
        expect(answers.flatMap((answer) => granted(answer).completed)).toEqual([file.id])
        expect(answers.flatMap((answer) => granted(answer).repeated)).toHaveLength(4)
        expect(await stateOf(file.id)).toBe('received')
      }
    })

    it('answers all who bring the same files in other orders at once', async () => {
      const files = Array.from({ length: 6 }, () => newFile(5))
      await plan(files)
      const answers = await race(12, (n) => {
        const packs = files.map((file) => newPack(sending, [[file]]))
        return record(...(n % 2 ? packs : packs.toReversed()))
      })
      const completed = answers.flatMap((answer) => granted(answer).completed)
      expect(completed.toSorted()).toEqual(files.map((file) => file.id).toSorted())
    })
  })
}
