/** What every adapter of `intake-ledger.ts` must do; plans and packs have suites of their own. */
import { beforeEach, describe, expect, it } from 'vitest'
import { isRefusal } from '#domain/fault.ts'
import type { ItemId, PlanId, SenderId } from '#domain/id.ts'
import type { NewPack, PlannedFile } from './intake-ledger.ts'
import {
  addSender,
  admitAll,
  after,
  announce,
  arrive,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newLargeFile,
  newPack,
  newSession,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  type Run,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const intakeLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`intake ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const plan = (files: readonly PlannedFile[], most = 1_000, by = sending) =>
      ledgers.intake.plan(
        { id: newId<PlanId>(), ...by, archive: null, lockedKey: 'plan key', at: noon },
        files,
        most,
      )
    const record = (...packs: NewPack[]) => ledgers.intake.recordPacks(packs)
    const send = (...runs: Run[]) => record(newPack(sending, runs))
    const itemsOf = (of = sending.sender) => ledgers.intake.itemsOf(of, false)
    /** What a refusal must have left as it was. */

    describe('leaveOut', () => {
      it('moves what still waits for bytes, of this sender alone, once', async () => {
        const { files } = await arrive(ledgers, sending, [5])
        const waiting = newLargeFile()
        await plan([waiting])
        granted(await send([waiting, 0, 1]))
        const other = { ...sending, sender: await addSender(ledgers, sending.case) }
        const theirs = newFile(4)
        await announce(ledgers, other, [theirs])
        const ids = [...files, waiting, theirs].map((file) => file.id)
        expect(await ledgers.intake.leaveOut(sending.sender, ids, noon)).toBe(1)
        expect(await ledgers.intake.leaveOut(sending.sender, ids, noon)).toBe(0)
        expect(await ledgers.intake.leaveOut(sending.sender, [], noon)).toBe(0)
        expect((await itemsOf(other.sender))[0]?.state).toBe('receiving')
        expect((await itemsOf()).map((item) => item.state).toSorted()).toEqual(['discarded', 'received'])
      })

      it('lets either it or the last byte win, however they race', async () => {
        for (let round = 0; round < 10; round++) {
          const files = Array.from({ length: 30 }, () => newFile(5))
          await plan(files)
          const runs = files.map((file): Run => [file])
          const ids = files.map((file) => file.id)
          const [recorded, moved] = await Promise.all([
            send(...runs),
            ledgers.intake.leaveOut(sending.sender, ids, noon),
          ])
          expect([refusedOf(recorded), moved]).toEqual(moved === 0 ? [null, 0] : ['plan.changed', 30])
        }
      })

      it('shows no runs of a file that was let go', async () => {
        const file = newLargeFile()
        await plan([file])
        granted(await send([file, 0, 2]))
        expect((await itemsOf())[0]?.extents).toHaveLength(1)
        await ledgers.intake.leaveOut(sending.sender, [file.id], noon)
        expect(await itemsOf()).toMatchObject([{ id: file.id, state: 'discarded', extents: [] }])
      })
    })

    it('finds one item of its sender alone, with what is missing of it', async () => {
      const large = newLargeFile()
      const whole = newFile(5)
      await plan([large, whole])
      granted(await send([large, 0, 2], [whole]))
      const find = (item: ItemId, of = sending.sender) => ledgers.intake.findItem(of, item)
      const { id, size } = large
      expect(await find(id)).toEqual({ id, size, state: 'receiving', missing: [{ first: 2, count: 2 }] })
      expect(await find(whole.id)).toMatchObject({ state: 'received', missing: [] })
      expect(await find(id, await addSender(ledgers, sending.case))).toBeNull()
      expect(await find(newId<ItemId>())).toBeNull()
      await ledgers.intake.leaveOut(sending.sender, [id], noon)
      expect(await find(id)).toMatchObject({ state: 'discarded', missing: [] })
    })

    it('counts what a sender announced and what of it arrived', async () => {
      expect(await ledgers.intake.countFiles(sending.sender)).toEqual({ arrived: 0, announced: 0 })
      const { pack } = await arrive(ledgers, sending, [5, 0])
      const [waiting, left] = [newLargeFile(), newLargeFile()]
      await plan([waiting, left])
      granted(await send([waiting, 0, 1]))
      const other = { ...sending, sender: await addSender(ledgers, sending.case) }
      await announce(ledgers, other, [newFile(4)])
      expect(await ledgers.intake.countFiles(sending.sender)).toEqual({ arrived: 2, announced: 4 })
      await ledgers.intake.leaveOut(sending.sender, [left.id], noon)
      await admitAll(ledgers, pack.id)
      expect(await ledgers.intake.countFiles(sending.sender)).toEqual({ arrived: 2, announced: 3 })
      expect(await ledgers.intake.countFiles(other.sender)).toEqual({ arrived: 0, announced: 1 })
      granted(
        await ledgers.intake.plan(
          {
            id: newId<PlanId>(),
            ...sending,
            archive: waiting.id,
            lockedKey: 'plan key',
            at: noon,
          },
          [newFile(7)],
          1_000,
        ),
      )
      expect(await ledgers.intake.countFiles(sending.sender)).toEqual({ arrived: 2, announced: 3 })
    })

    it('lists everything of a sender, without runs when brief', async () => {
      const { files } = await arrive(ledgers, sending, [5, 6])
      const waiting = newFile(7)
      await plan([waiting])
      const brief = await ledgers.intake.itemsOf(sending.sender, true)
      const whole = await itemsOf()
      expect(brief).toEqual(whole.map((item) => ({ ...item, extents: [] })))
      expect(new Set(whole.map((item) => item.id))).toEqual(
        new Set([...files, waiting].map((file) => file.id)),
      )
      expect(await itemsOf(newId<SenderId>())).toEqual([])
    })

    it('shows a sender the verdict', async () => {
      const { pack } = await arrive(ledgers, sending, [5])
      await admitAll(ledgers, pack.id, { kind: 'pdf', codes: ['PDF_URI', 'PDF_XFA'] })
      expect(await itemsOf()).toMatchObject([
        { state: 'accepted_with_warnings', kind: 'pdf', codes: ['PDF_URI', 'PDF_XFA'] },
      ])
    })

    describe('finish', () => {
      it('refuses while bytes are missing and says how many files', async () => {
        await arrive(ledgers, sending, [5])
        const waiting = [newFile(1), newLargeFile()]
        await plan(waiting)
        const finish = () => ledgers.intake.finish(sending.sender, 'receipt', noon)
        expect(await finish()).toMatchObject({ refused: 'send.incomplete', facts: { missing: 2 } })
        expect(await ledgers.cases.isComplete(sending.case)).toBe(false)
        granted(await send([waiting[0] as PlannedFile]))
        await ledgers.intake.leaveOut(sending.sender, [(waiting[1] as PlannedFile).id], noon)
        expect(await finish()).toEqual({ case: sending.case })
      })

      it('may be said again, and by somebody unknown not at all', async () => {
        const finish = (sender: SenderId, seconds: number) =>
          ledgers.intake.finish(sender, 'receipt', new Date(noon.getTime() + seconds * 1000))
        await arrive(ledgers, sending, [5])
        expect(await finish(sending.sender, 0)).toEqual({ case: sending.case })
        expect(await finish(sending.sender, 0)).toEqual({ case: sending.case })
        expect(await finish(sending.sender, 1)).toEqual({ case: sending.case })
        expect(isRefusal(await finish(newId<SenderId>(), 0))).toBe(true)
      })

      it('is undone by new files, and not by files announced before', async () => {
        const { files, pack } = await arrive(ledgers, sending, [5])
        await admitAll(ledgers, pack.id)
        await ledgers.intake.finish(sending.sender, 'receipt', noon)
        expect(await ledgers.cases.isComplete(sending.case)).toBe(true)
        granted(await plan(files))
        expect(await ledgers.cases.isComplete(sending.case)).toBe(true)
        const late = newFile(3)
        granted(await plan([late]))
        await ledgers.intake.leaveOut(sending.sender, [late.id], noon)
        expect(await ledgers.cases.isComplete(sending.case)).toBe(false)
      })

      it('can be said for a sender of whom everything came and who is quiet, and for nobody else', async () => {
        const quiet = (at: number) => ledgers.intake.quietSenders(new Date(noon.getTime() + at * 60_000), 10)
        expect(await quiet(60)).toEqual([])
        const waiting = newFile(4)
        await arrive(ledgers, sending, [5])
        await plan([waiting])
        expect(await quiet(60)).toEqual([])
        granted(await send([waiting]))
        expect(await quiet(-1)).toEqual([])
        expect(await quiet(60)).toEqual([{ sender: sending.sender, case: sending.case }])
        const { id } = await openLink(ledgers, sending)
        granted(await ledgers.links.exchange(id, newSession(after(2 * 3_600))))
        expect(await quiet(60)).toEqual([])
        expect(await quiet(121)).toEqual([{ sender: sending.sender, case: sending.case }])
        await ledgers.intake.finish(sending.sender, 'receipt', noon)
        expect(await quiet(60)).toEqual([])
        granted(await plan([newFile(3)]))
        expect(await quiet(60)).toEqual([])
      })

      it('never counts a sender finished over files announced at the same moment', async () => {
        for (let round = 0; round < 5; round++) {
          const racing = await openSender(ledgers)
          const [finished] = await Promise.all([
            ledgers.intake.finish(racing.sender, 'receipt', noon),
            plan([newFile(5)], 10, racing),
          ])
          expect(['send.incomplete', null]).toContain(refusedOf(finished))
          const [item] = await itemsOf(racing.sender)
          await ledgers.intake.leaveOut(racing.sender, [item?.id as ItemId], noon)
          expect(await ledgers.cases.isComplete(racing.case)).toBe(false)
        }
      })
    })
  })
}
