/** What every adapter of `IntakeLedger.plan` must do: the same list again goes on where it stopped. */
import { beforeEach, describe, expect, it } from 'vitest'
import { mayReceive } from '#domain/case.ts'
import { isRefusal } from '#domain/fault.ts'
import type { ItemId, PlanId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import type { NewPack, PlannedFile } from './intake-ledger.ts'
import {
  addSender,
  bytes,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newLargeFile,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  type Run,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const planContract = (name: string, open: OpenLedgers): void => {
  describe(`intake ledger, plan: ${name}`, () => {
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
    const stateOf = async (id: ItemId) => (await itemsOf()).find((item) => item.id === id)?.state
    /** What a refusal must have left as it was. */
    const everything = async () => [await itemsOf(), await ledgers.cases.findCase(sending.case)]

    it('answers in the order asked, with everything missing', async () => {
      const files = [newFile(0), newLargeFile(), newFile(1), newFile(chunkBytes), newFile(2 ** 40)]
      expect(await plan(files)).toEqual(
        files.map(({ id, size }, n) => ({
          id,
          size,
          state: 'receiving',
          missing: [{ first: 0, count: [1, 4, 1, 1, 2 ** 22][n] }],
        })),
      )
      expect(await plan([])).toEqual([])
    })

    it('keeps the item of a file that was announced before, also twice in one plan', async () => {
      const files = [newFile(1), newFile(2), newFile(3)]
      await plan(files)
      const added = newFile(4)
      const again = [...files.toReversed(), added].map((file) => ({ ...file, id: newId<ItemId>() }))
      const answer = granted(await plan([...again, ...again]))
      const ids = [...files.toReversed().map((file) => file.id), again[3]?.id]
      expect(answer.map((item) => item.id)).toEqual([...ids, ...ids])
      expect(await itemsOf()).toHaveLength(4)
    })

    it('says which runs have not arrived', async () => {
      const file = newLargeFile()
      await plan([file])
      granted(await send([file, 1, 1]))
      expect(granted(await plan([file]))[0]?.missing).toEqual([
        { first: 0, count: 1 },
        { first: 2, count: 2 },
      ])
      granted(await send([file, 3, 1]))
      granted(await send([file, 0, 1]))
      expect(granted(await plan([file]))[0]).toMatchObject({ missing: [{ first: 2, count: 1 }] })
      granted(await send([file, 2, 1]))
      expect(granted(await plan([file]))[0]).toMatchObject({ state: 'received', missing: [] })
    })

    it('gives one item to many who announce the same file at once', async () => {
      const fingerprint = bytes()
      const answers = await race(10, () => plan([{ ...newFile(5), fingerprint }, newFile(6)]))
      const ids = answers.map((answer) => granted(answer)[0]?.id)
      expect(new Set(ids).size).toBe(1)
      expect(await itemsOf()).toHaveLength(11)
    })

    it('keeps senders apart, whatever their fingerprints', async () => {
      const other = { ...sending, sender: await addSender(ledgers, sending.case) }
      const file = newFile(5)
      await plan([file])
      const theirs = { ...file, id: newId<ItemId>() }
      expect(granted(await plan([theirs], 10, other))[0]?.id).toBe(theirs.id)
      expect(await itemsOf(other.sender)).toHaveLength(1)
    })

    it('refuses too many and leaves nothing behind', async () => {
      const files = [newFile(1), newFile(2)]
      granted(await plan(files, 2))
      await ledgers.intake.finish(sending.sender, 'receipt', noon).catch(() => null)
      const before = await everything()
      const refused = await plan([newFile(3), ...files], 2)
      expect(refused).toMatchObject({ refused: 'plan.too-many' })
      expect(await everything()).toEqual(before)
      expect(granted(await plan(files, 2))).toHaveLength(2)
      expect(granted(await plan([newFile(3)], 3))).toHaveLength(1)
    })

    it('lets no race past the most', async () => {
      const answers = await race(10, () => plan([newFile(1), newFile(2)], 6))
      expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(3)
      expect(await itemsOf()).toHaveLength(6)
    })

    it('takes a file that was left out anew', async () => {
      const file = newLargeFile()
      await plan([file])
      granted(await send([file, 0, 1]))
      expect(await ledgers.intake.leaveOut(sending.sender, [file.id], noon)).toBe(1)
      const again = { ...file, id: newId<ItemId>() }
      expect(granted(await plan([again]))).toEqual([
        { id: again.id, size: file.size, state: 'receiving', missing: [{ first: 0, count: 4 }] },
      ])
      expect(await stateOf(file.id)).toBe('discarded')
    })

    it('is refused exactly when the case does not receive', async () => {
      for (const state of ['collecting', 'ready', 'assigned', 'in_review', 'opined'] as const) {
        await ledgers.cases.moveCase(sending.case, state, noon)
        const refused = refusedOf(await plan([newFile(1)]))
        expect([state, refused]).toEqual([state, mayReceive(state) ? null : 'case.closed'])
      }
      expect(await itemsOf()).toHaveLength(4)
    })
  })
}
