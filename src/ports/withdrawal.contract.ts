/** What every adapter of `introduction-ledger.ts` must do when consent is withdrawn, and when it is given again. */
import { beforeEach, describe, expect, it } from 'vitest'
import { caseMachine, mayRead, mayReceive } from '#domain/case.ts'
import type { CaseId } from '#domain/id.ts'
import { newConsent, newIntroduction } from './introduction-ledger.contract.ts'
import {
  addSender,
  after,
  granted,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openSender,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const withdrawalContract = (name: string, open: OpenLedgers): void => {
  describe(`introduction ledger, withdrawal: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const introduce = (who = sending, at = noon) =>
      ledgers.introductions.introduce(newIntroduction(who, at), newConsent())
    const stateOf = async (id: CaseId) => (await ledgers.cases.findCase(id))?.state
    const withdraw = (who = sending, at = after(10)) => ledgers.introductions.withdraw(who.sender, at)
    const standingOf = (who = sending) => ledgers.introductions.standingOf(who.sender)
    const second = async (): Promise<Sending> => ({
      ...sending,
      sender: await addSender(ledgers, sending.case),
    })

    it('takes the case out of reading and receiving with a withdrawal, from every state that has either', async () => {
      const way = ['collecting', 'ready', 'assigned', 'in_review', 'opined'] as const
      for (let length = 0; length <= way.length; length += 1) {
        const one = await openSender(ledgers)
        granted(await introduce(one))
        for (const step of way.slice(0, length)) await ledgers.cases.moveCase(one.case, step, noon)
        expect(granted(await withdraw(one))).toMatchObject({ version: '2026-11', withdrawnAt: after(10) })
        const state = await stateOf(one.case)
        expect(state).toBe('withdrawn')
        expect([mayRead('withdrawn'), mayReceive('withdrawn')]).toEqual([false, false])
        expect(caseMachine.into('withdrawn')).toContain(way[length - 1] ?? 'requested')
      }
    })

    it('withdraws nothing that was never given, and once what was', async () => {
      expect(refusedOf(await withdraw())).toBe('consent.none')
      expect(refusedOf(await ledgers.introductions.withdraw(newId(), noon))).toBe('consent.none')
      expect(await stateOf(sending.case)).toBe('requested')
      granted(await introduce())
      const outcomes = await race(8, () => withdraw())
      expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1)
      expect(await withdraw(sending, after(20))).toBeNull()
      expect((await standingOf())?.consent?.withdrawnAt).toEqual(after(10))
    })

    it('brings the case back with the consent of who withdrew, once', async () => {
      granted(await introduce())
      granted(await withdraw())
      const back = await race(6, (n) => introduce(sending, after(20 + n)))
      expect(back.filter((outcome) => granted(outcome).reopened)).toHaveLength(1)
      expect(await stateOf(sending.case)).toBe('collecting')
      expect((await standingOf())?.consent?.withdrawnAt).toBeNull()
    })

    it('brings it back for nobody else, and only when everybody who withdrew agreed again', async () => {
      const other = await second()
      const third = await second()
      granted(await introduce())
      granted(await introduce(other))
      granted(await withdraw())
      expect(granted(await introduce(third, after(11)))).toEqual({ reopened: false })
      expect(granted(await introduce(other, after(12)))).toEqual({ reopened: false })
      granted(await withdraw(other, after(13)))
      expect(granted(await introduce(sending, after(14)))).toEqual({ reopened: false })
      expect(await stateOf(sending.case)).toBe('withdrawn')
      expect(granted(await introduce(other, after(15)))).toEqual({ reopened: true })
      expect(await stateOf(sending.case)).toBe('collecting')
    })

    it('leaves a case where it is that was withdrawn in another way', async () => {
      granted(await introduce())
      await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)
      expect(granted(await introduce(sending, after(1)))).toEqual({ reopened: false })
      granted(await withdraw())
      expect(granted(await introduce(sending, after(11)))).toEqual({ reopened: false })
      const again = await openSender(ledgers)
      granted(await introduce(again))
      granted(await withdraw(again))
      granted(await introduce(again, after(11)))
      await ledgers.cases.moveCase(again.case, 'withdrawn', after(12))
      expect(granted(await introduce(again, after(13)))).toEqual({ reopened: false })
    })

    it('takes and gives back nothing in a case that is closed, erased or has no key', async () => {
      granted(await introduce())
      await ledgers.cases.moveCase(sending.case, 'expired', noon)
      expect(refusedOf(await introduce())).toBe('case.closed')
      expect(refusedOf(await withdraw())).toBe('case.closed')
      const gone = await openSender(ledgers)
      await ledgers.destroyKey(gone.case)
      expect(refusedOf(await introduce(gone))).toBe('case.closed')
    })
  })
}
