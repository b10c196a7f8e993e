/** What every adapter of `introduction-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import { caseMachine, mayRead, mayReceive } from '#domain/case.ts'
import type { CaseId, ConsentId, GrantId } from '#domain/id.ts'
import type { IntroductionRow, NewConsent } from './introduction-ledger.ts'
import {
  addSender,
  after,
  bytes,
  granted,
  type LedgersUnderTest,
  newId,
  newSession,
  noon,
  type OpenLedgers,
  openCase,
  openLink,
  openSender,
  plain,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** An introduction as the edge seals it. */
export const newIntroduction = (
  sending: Sending,
  at = noon,
  over: Partial<IntroductionRow> = {},
): IntroductionRow => ({
  ...sending,
  at,
  role: 'family',
  language: 'mr',
  ways: ['mail'],
  lockedKey: 'a.b.c.d.e',
  sealed: bytes(90),
  ...over,
})

/** What was agreed to with it. */
export const newConsent = (over: Partial<NewConsent> = {}): NewConsent => ({
  id: newId<ConsentId>(),
  version: '2026-11',
  kind: 'others',
  language: 'mr',
  textSha256: bytes(),
  ...over,
})

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const introductionLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`introduction ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const introduce = (who = sending, at = noon, over: Partial<IntroductionRow> = {}) =>
      ledgers.introductions.introduce(newIntroduction(who, at, over), newConsent())
    const stateOf = async (id: CaseId) => (await ledgers.cases.findCase(id))?.state
    const withdraw = (who = sending, at = after(10)) => ledgers.introductions.withdraw(who.sender, at)
    const standingOf = (who = sending) => ledgers.introductions.standingOf(who.sender)
    const second = async (): Promise<Sending> => ({ ...sending, sender: await addSender(ledgers, sending.case) })

    it('gives back who introduced themselves and what they agreed to, as it was said', async () => {
      expect(await ledgers.introductions.introductionOf(sending.sender)).toBeNull()
      expect(await standingOf()).toEqual({
        introduction: null,
        consent: null,
        finishedAt: null,
        caseState: 'requested',
        opened: [],
      })
      const introduction = newIntroduction(sending)
      const consent = newConsent()
      expect(granted(await ledgers.introductions.introduce(introduction, consent))).toEqual({ reopened: false })
      const found = await ledgers.introductions.introductionOf(sending.sender)
      expect({ ...found, sealed: plain(found?.sealed ?? null) }).toEqual(introduction)
      const { id: _, textSha256: __, ...said } = consent
      expect((await standingOf())?.consent).toEqual({ ...said, givenAt: noon, withdrawnAt: null })
    })

    it('keeps the newest introduction and every consent', async () => {
      for (const [seconds, role] of [[5, 'patient'], [9, 'provider'], [7, 'family']] as const)
        granted(await introduce(sending, after(seconds), { role, ways: [] }))
      expect(await ledgers.introductions.introductionOf(sending.sender)).toMatchObject({
        role: 'provider',
        ways: [],
        at: after(9),
      })
      expect((await standingOf())?.consent).toMatchObject({ givenAt: after(9) })
      granted(await withdraw())
      expect((await standingOf())?.consent).toMatchObject({ givenAt: after(9), withdrawnAt: after(10) })
    })

    it('keeps neither without the other', async () => {
      const consent = newConsent()
      granted(await ledgers.introductions.introduce(newIntroduction(sending), consent))
      const other = await second()
      await expect(
        ledgers.introductions.introduce(newIntroduction(other), { ...newConsent(), id: consent.id }),
      ).rejects.toBeInstanceOf(Error)
      expect(await ledgers.introductions.introductionOf(other.sender)).toBeNull()
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

    it('says with the session whether consent stands', async () => {
      const link = await openLink(ledgers, sending)
      const begun = newSession(noon)
      granted(await ledgers.links.exchange(link.id, begun))
      const consented = async () => granted(await ledgers.links.session(begun.tokenHash, noon)).consented
      expect(await consented()).toBe(false)
      granted(await introduce(await second()))
      expect(await consented()).toBe(false)
      granted(await introduce())
      expect(await consented()).toBe(true)
      expect(granted(await ledgers.links.exchange(link.id, newSession(noon)))).toMatchObject({ consented: true })
      granted(await introduce(sending, after(1)))
      granted(await withdraw())
      expect(await consented()).toBe(false)
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

    it('tells when each reader first read, whatever they read since, and of this case only', async () => {
      const read = (grant: GrantId, of: CaseId, seconds: number) =>
        ledgers.audit.append(
          { action: 'item.read', actor: { kind: 'grant', id: grant }, case: of, object: null, facts: {} },
          after(seconds),
        )
      const [one, two] = [newId<GrantId>(), newId<GrantId>()]
      await ledgers.audit.append(
        { action: 'grant.opened', actor: { kind: 'operator', id: newId() }, case: sending.case, object: one, facts: {} },
        noon,
      )
      await read(newId(), await openCase(ledgers), 1)
      expect((await standingOf())?.opened).toEqual([])
      for (const [grant, seconds] of [[two, 3], [one, 5], [two, 6], [one, 7], [two, 8]] as const)
        await read(grant, sending.case, seconds)
      expect((await standingOf())?.opened).toEqual([after(3), after(5)])
      expect(await ledgers.introductions.standingOf(newId())).toBeNull()
    })

    it('lists the senders of a case in the order they were invited, and no others', async () => {
      const other = await second()
      granted(await introduce(await openSender(ledgers)))
      granted(await introduce(other))
      granted(await ledgers.intake.finish(other.sender, 'receipt', after(3)))
      const listed = await ledgers.introductions.sendersOf(sending.case)
      expect(new Set(listed.map(({ id }) => id))).toEqual(new Set([sending.sender, other.sender]))
      expect(listed.find(({ id }) => id === other.sender)).toMatchObject({
        role: 'patient',
        finishedAt: after(3),
        introduction: { role: 'family' },
        consent: { kind: 'others', withdrawnAt: null },
      })
      expect(listed.find(({ id }) => id === sending.sender)).toMatchObject({ introduction: null, consent: null })
      expect(await ledgers.introductions.sendersOf(newId())).toEqual([])
    })
  })
}
