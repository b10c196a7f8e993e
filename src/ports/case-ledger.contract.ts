/** What every adapter of `case-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type CaseState, caseMachine } from '#domain/case.ts'
import type { CaseId } from '#domain/id.ts'
import {
  addSender,
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  type LedgersUnderTest,
  newFile,
  newId,
  newSession,
  noon,
  type OpenLedgers,
  openCase,
  openLink,
  openSender,
  plain,
  race,
} from './ledgers.contract.ts'

/** A shortest way of legal moves from a new case to `to`. */
const wayTo = (to: CaseState): CaseState[] => {
  const ways = new Map<CaseState, CaseState[]>([['requested', []]])
  for (const [from, way] of ways)
    for (const next of caseMachine.states)
      if (caseMachine.may(from, next) && !ways.has(next)) ways.set(next, [...way, next])
  return ways.get(to) ?? []
}

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const caseLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`case ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    beforeEach(async () => {
      ledgers = await open()
    })

    const openCaseIn = async (state: CaseState): Promise<CaseId> => {
      const id = await openCase(ledgers)
      for (const step of wayTo(state)) expect(await ledgers.cases.moveCase(id, step, noon)).toBe(true)
      return id
    }

    it('gives back a case as it was opened, at the time given', async () => {
      const id = newId<CaseId>()
      const keys = { wrappedKey: 'wrapped', intakeKey: 'intake' }
      const details = bytes(70)
      expect(await ledgers.cases.findCase(id)).toBeNull()
      await ledgers.cases.openCase({ id, keys, details, at: noon })
      const found = await ledgers.cases.findCase(id)
      expect(found).toMatchObject({ id, keys, state: 'requested', revision: 0, createdAt: noon })
      expect(plain(found?.details ?? null)).toEqual(details)
    })

    it('opens an id once', async () => {
      const id = await openCase(ledgers)
      const keys = { wrappedKey: 'other', intakeKey: 'other' }
      await expect(ledgers.cases.openCase({ id, keys, details: bytes(), at: noon })).rejects.toBeInstanceOf(
        Error,
      )
      expect((await ledgers.cases.findCase(id))?.keys?.wrappedKey).toBe(`wrapped ${id}`)
    })

    it('shows a case without its keys once they are destroyed', async () => {
      const id = await openCase(ledgers)
      await ledgers.destroyKey(id)
      expect(await ledgers.cases.findCase(id)).toMatchObject({ keys: null, details: null })
    })

    it('lists newest first, and no more than asked', async () => {
      const ids = [await openCase(ledgers, after(1)), await openCase(ledgers, after(3))]
      ids.splice(1, 0, await openCase(ledgers, after(2)))
      const listed = await ledgers.cases.listCases(10)
      expect(listed.map((row) => row.id)).toEqual(ids.toReversed())
      expect((await ledgers.cases.listCases(2)).map((row) => row.id)).toEqual(ids.toReversed().slice(0, 2))
    })

    it('makes every legal move and no other', async () => {
      for (const from of caseMachine.states) {
        let id = await openCaseIn(from)
        for (const to of caseMachine.states) {
          const may = caseMachine.may(from, to)
          expect([from, to, await ledgers.cases.moveCase(id, to, noon)]).toEqual([from, to, may])
          expect((await ledgers.cases.findCase(id))?.state).toBe(may ? to : from)
          if (may) id = await openCaseIn(from)
        }
      }
    })

    it('moves no case that is not there', async () => {
      expect(await ledgers.cases.moveCase(newId<CaseId>(), 'collecting', noon)).toBe(false)
    })

    it('lets one of many racers move a case', async () => {
      const id = await openCase(ledgers)
      const moved = await race(20, () => ledgers.cases.moveCase(id, 'collecting', noon))
      expect(moved.filter(Boolean)).toHaveLength(1)
      const exits = await race(20, (n) => ledgers.cases.moveCase(id, n % 2 ? 'withdrawn' : 'expired', noon))
      expect(exits.filter(Boolean)).toHaveLength(1)
    })

    it('counts items and bytes by state', async () => {
      const sending = await openSender(ledgers)
      expect(await ledgers.cases.countItems(sending.case)).toEqual({})
      const { pack } = await arrive(ledgers, sending, [10, 0, 300])
      await announce(ledgers, sending, [newFile(2 ** 40), newFile(2 ** 40)])
      expect(await ledgers.cases.countItems(sending.case)).toEqual({
        received: { items: 3, bytes: 310 },
        receiving: { items: 2, bytes: 2 ** 41 },
      })
      await admitAll(ledgers, pack.id)
      expect(await ledgers.cases.countItems(sending.case)).toMatchObject({
        accepted: { items: 3, bytes: 310 },
      })
    })

    it('is complete when every sender who began has finished and no item waits', async () => {
      const sending = await openSender(ledgers)
      const complete = (): Promise<boolean> => ledgers.cases.isComplete(sending.case)
      const { pack } = await arrive(ledgers, sending, [10])
      const last = newFile(5)
      await announce(ledgers, sending, [last])
      expect(await complete()).toBe(false)
      await ledgers.intake.leaveOut(sending.sender, [last.id], noon)
      await ledgers.intake.finish(sending.sender, 'receipt', noon)
      expect(await complete()).toBe(false)
      expect(await ledgers.cases.makeReady(sending.case, noon)).toBe(false)
      await admitAll(ledgers, pack.id)
      expect(await complete()).toBe(true)
      const made = await race(4, () => ledgers.cases.makeReady(sending.case, noon))
      expect(made.filter((moved) => moved)).toHaveLength(1)
      expect((await ledgers.cases.findCase(sending.case))?.state).toBe('ready')
    })

    it('waits for a second sender only once that one began', async () => {
      const sending = await openSender(ledgers)
      const second = { ...sending, sender: await addSender(ledgers, sending.case) }
      const link = await openLink(ledgers, second)
      await ledgers.intake.finish(sending.sender, 'receipt', noon)
      expect(await ledgers.cases.isComplete(sending.case)).toBe(true)
      await ledgers.links.exchange(link.id, newSession(noon))
      expect(await ledgers.cases.isComplete(sending.case)).toBe(false)
      await ledgers.intake.finish(second.sender, 'receipt', noon)
      expect(await ledgers.cases.isComplete(sending.case)).toBe(true)
    })

    it('does not mix cases', async () => {
      const sending = await openSender(ledgers)
      const other = await openSender(ledgers)
      await announce(ledgers, other, [newFile(9)])
      await ledgers.intake.finish(sending.sender, 'receipt', noon)
      expect(await ledgers.cases.countItems(sending.case)).toEqual({})
      expect(await ledgers.cases.isComplete(sending.case)).toBe(true)
      expect(await ledgers.cases.isComplete(other.case)).toBe(false)
    })
  })
}
