/** What every adapter of `introduction-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, ConsentId, GrantId, OperatorId, ReaderId } from '#domain/id.ts'
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
    const withdraw = (who = sending, at = after(10)) => ledgers.introductions.withdraw(who.sender, at)
    const standingOf = (who = sending) => ledgers.introductions.standingOf(who.sender)
    const second = async (): Promise<Sending> => ({
      ...sending,
      sender: await addSender(ledgers, sending.case),
    })

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
      expect(granted(await ledgers.introductions.introduce(introduction, consent))).toEqual({
        reopened: false,
      })
      const found = await ledgers.introductions.introductionOf(sending.sender)
      expect({ ...found, sealed: plain(found?.sealed ?? null) }).toEqual(introduction)
      const { id: _, textSha256: __, ...said } = consent
      expect((await standingOf())?.consent).toEqual({ ...said, givenAt: noon, withdrawnAt: null })
    })

    it('keeps the newest introduction and every consent', async () => {
      for (const [seconds, role] of [
        [5, 'patient'],
        [9, 'provider'],
        [7, 'family'],
      ] as const)
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
      expect(granted(await ledgers.links.exchange(link.id, newSession(noon)))).toMatchObject({
        consented: true,
      })
      granted(await introduce(sending, after(1)))
      granted(await withdraw())
      expect(await consented()).toBe(false)
    })

    it('tells when each reader first read, whatever they read since, and of this case only', async () => {
      const read = (grant: GrantId, of: CaseId, seconds: number) =>
        ledgers.audit.append(
          { action: 'item.read', actor: { kind: 'grant', id: grant }, case: of, object: null, facts: {} },
          after(seconds),
        )
      const mint = async (by: { operator: OperatorId } | { reader: ReaderId }) => {
        const id = newId<GrantId>()
        const grant = { id, case: sending.case, scopes: ['case:read'] as const, expiresAt: after(600) }
        expect(await ledgers.delivery.openGrant({ ...grant, by, at: noon })).toBe(true)
        return id
      }
      const reader = newId<ReaderId>()
      const invited = { secretHash: bytes(), codeHash: bytes(), expiresAt: after(600), details: bytes() }
      await ledgers.readers.invite({
        ...invited,
        id: reader,
        case: sending.case,
        by: newId<OperatorId>(),
        at: noon,
      })
      granted(await ledgers.readers.enter({ ...invited, id: reader }, { tokenHash: bytes(), at: noon }))
      const desk = await mint({ operator: newId<OperatorId>() })
      const minted = [await mint({ reader }), await mint({ reader }), await mint({ reader })] as const
      await read(newId(), await openCase(ledgers), 1)
      expect((await standingOf())?.opened).toEqual([])
      await read(minted[2], sending.case, 3)
      for (const [n, grant] of [desk, ...minted, desk, newId<GrantId>()].entries())
        await read(grant, sending.case, 5 + n)
      // The last one is of a grant that a rebuilt ledger does not know.
      expect((await standingOf())?.opened).toEqual([after(3), after(5), after(10)])
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
      expect(listed.find(({ id }) => id === sending.sender)).toMatchObject({
        introduction: null,
        consent: null,
      })
      expect(await ledgers.introductions.sendersOf(newId())).toEqual([])
    })
  })
}
