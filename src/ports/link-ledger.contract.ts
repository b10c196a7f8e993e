/** What every adapter of `link-ledger.ts` must do: the row decides, whatever races. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type CaseState, caseMachine, mayReceive, mayVisit } from '#domain/case.ts'
import { lockout } from '#domain/code-tries.ts'
import type { LinkId } from '#domain/id.ts'
import {
  after,
  bytes,
  granted,
  type LedgersUnderTest,
  newId,
  newSession,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  plain,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'
import type { SenderSession } from './link-ledger.ts'

const minute = 60

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const linkLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`link ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const exchange = (id: LinkId, at = noon) => ledgers.links.exchange(id, newSession(at))
    /** A session begun at noon, and its token. */
    const begin = async (id: LinkId): Promise<{ session: SenderSession; token: Uint8Array }> => {
      const asked = newSession(noon)
      return { session: granted(await ledgers.links.exchange(id, asked)), token: asked.tokenHash }
    }
    const close = async (to: CaseState): Promise<void> => {
      expect(await ledgers.cases.moveCase(sending.case, to, noon)).toBe(true)
    }

    it('finds a link by its id and secret together, and by nothing else', async () => {
      const link = await openLink(ledgers, sending, {
        check: 'birth-date',
        codeHash: bytes(60),
        language: 'mr',
        sealedFacts: bytes(90),
        maxUses: 3,
      })
      const found = await ledgers.links.findLink(link.id, link.secretHash)
      expect(found).toMatchObject({
        ...sending,
        id: link.id,
        state: 'open',
        expiresAt: link.expiresAt,
        maxUses: 3,
        uses: 0,
        check: 'birth-date',
        language: 'mr',
        lockedUntil: null,
        caseState: 'requested',
        role: 'patient',
        finishedAt: null,
        asked: false,
      })
      expect(plain(found?.codeHash ?? null)).toEqual(link.codeHash)
      expect(plain(found?.sealedFacts ?? null)).toEqual(link.sealedFacts)
      const other = await openLink(ledgers, sending)
      expect(await ledgers.links.findLink(link.id, other.secretHash)).toBeNull()
      expect(await ledgers.links.findLink(link.id, new Uint8Array(0))).toBeNull()
      expect(await ledgers.links.findLink(newId<LinkId>(), link.secretHash)).toBeNull()
    })

    it('shows the desk a link by id, and all of a case', async () => {
      const one = await openLink(ledgers, sending)
      const two = await openLink(ledgers, sending)
      await openLink(ledgers, await openSender(ledgers))
      expect(await ledgers.links.linkById(one.id)).toMatchObject({
        id: one.id,
        check: 'none',
        language: 'en',
        maxUses: null,
      })
      expect(await ledgers.links.linkById(newId<LinkId>())).toBeNull()
      const listed = (await ledgers.links.linksOf(sending.case)).map((link) => link.id)
      expect(new Set(listed)).toEqual(new Set([one.id, two.id]))
      expect(listed).toHaveLength(2)
    })

    it('counts a use only at an exchange', async () => {
      const link = await openLink(ledgers, sending)
      await ledgers.links.findLink(link.id, link.secretHash)
      await ledgers.links.linkById(link.id)
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ uses: 0 })
      const asked = newSession(noon)
      expect(granted(await ledgers.links.exchange(link.id, asked))).toEqual({
        ...sending,
        id: asked.id,
        link: link.id,
        intakeKey: `intake ${sending.case}`,
        receives: true,
        consented: false,
        endsAt: after(86_400),
      })
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ uses: 1 })
      expect(granted(await ledgers.links.session(asked.tokenHash, noon))).toMatchObject({ id: asked.id })
    })

    it('lets no more than `maxUses` of many exchanges through, and any number without', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 3 })
      const outcomes = await race(20, () => exchange(link.id))
      expect(outcomes.filter((outcome) => refusedOf(outcome) === null)).toHaveLength(3)
      expect(outcomes.filter((outcome) => refusedOf(outcome) === 'link.used-up')).toHaveLength(17)
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ uses: 3 })
      const free = await openLink(ledgers, sending)
      expect((await race(20, () => exchange(free.id))).map(refusedOf)).toEqual(Array(20).fill(null))
      expect(await ledgers.links.linkById(free.id)).toMatchObject({ uses: 20 })
    })

    it('exchanges nothing that is unknown, over, used up, replaced or revoked', async () => {
      expect(refusedOf(await exchange(newId<LinkId>()))).toBe('link.invalid')
      const link = await openLink(ledgers, sending, { expiresAt: after(10), maxUses: 1 })
      expect(refusedOf(await exchange(link.id, after(10)))).toBe('link.expired')
      expect(refusedOf(await exchange(link.id, after(9)))).toBeNull()
      expect(refusedOf(await exchange(link.id, after(9)))).toBe('link.used-up')
      const gone = await openLink(ledgers, sending)
      expect(await ledgers.links.revokeLink(gone.id, noon)).toBe(true)
      expect(refusedOf(await exchange(gone.id))).toBe('link.revoked')
      const old = await openLink(ledgers, sending)
      granted(await ledgers.links.renewLink(old.id, { ...old, id: newId<LinkId>(), secretHash: bytes() }))
      expect(refusedOf(await exchange(old.id))).toBe('link.revoked')
    })

    it('leaves no session and no use behind a refusal', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 0 })
      const asked = newSession(noon)
      expect(refusedOf(await ledgers.links.exchange(link.id, asked))).toBe('link.used-up')
      expect(refusedOf(await ledgers.links.session(asked.tokenHash, noon))).toBe('session.ended')
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ uses: 0 })
    })

    it('locks with the last try, until the minutes are over', async () => {
      const link = await openLink(ledgers, sending, { check: 'code', codeHash: bytes() })
      for (let left = lockout.tries - 1; left >= 0; left--) {
        expect(await ledgers.links.linkById(link.id)).toMatchObject({ lockedUntil: null })
        expect(await ledgers.links.countTry(link.id, noon)).toBe(left)
      }
      const end = lockout.minutes * minute
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ lockedUntil: after(end) })
      expect(await ledgers.links.countTry(link.id, after(end - 1))).toBeNull()
      expect(await ledgers.links.countTry(link.id, after(end))).toBe(lockout.tries - 1)
    })

    it('exchanges for a right code on the last try, and unlocks', async () => {
      const link = await openLink(ledgers, sending, { check: 'code', codeHash: bytes() })
      for (let n = 0; n < lockout.tries; n++) await ledgers.links.countTry(link.id, noon)
      expect(refusedOf(await exchange(link.id))).toBeNull()
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ lockedUntil: null, uses: 1 })
    })

    it('counts guesses made at once one by one', async () => {
      const link = await openLink(ledgers, sending, { check: 'code', codeHash: bytes() })
      const left = await race(20, () => ledgers.links.countTry(link.id, noon))
      expect(left.flatMap((tries) => tries ?? []).toSorted((a, b) => b - a)).toEqual([4, 3, 2, 1, 0])
    })

    it('forgets wrong codes at a right exchange', async () => {
      const link = await openLink(ledgers, sending, { check: 'code', codeHash: bytes() })
      for (let n = 1; n < lockout.tries; n++) await ledgers.links.countTry(link.id, noon)
      granted(await exchange(link.id))
      expect(await ledgers.links.countTry(link.id, noon)).toBe(lockout.tries - 1)
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ lockedUntil: null })
    })

    it('revokes once, whatever races, also a replaced link', async () => {
      const link = await openLink(ledgers, sending)
      const { token } = await begin(link.id)
      granted(await ledgers.links.renewLink(link.id, { ...link, id: newId<LinkId>(), secretHash: bytes() }))
      const revoked = await race(20, () => ledgers.links.revokeLink(link.id, noon))
      expect(revoked.filter(Boolean)).toHaveLength(1)
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ state: 'revoked' })
      expect(refusedOf(await ledgers.links.session(token, noon))).toBe('link.revoked')
      expect(await ledgers.links.revokeLink(newId<LinkId>(), noon)).toBe(false)
    })

    it('renews for the same sender while running sessions go on', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 1 })
      const { token, session } = await begin(link.id)
      const next = { ...link, id: newId<LinkId>(), secretHash: bytes(), maxUses: null, at: after(5) }
      expect(await ledgers.links.renewLink(link.id, next)).toEqual(sending)
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ state: 'replaced' })
      expect(granted(await ledgers.links.session(token, after(60)))).toEqual(session)
      expect(await ledgers.links.findLink(next.id, next.secretHash)).toMatchObject({
        ...sending,
        state: 'open',
      })
      expect(granted(await exchange(next.id))).toMatchObject(sending)
    })

    it('renews a link once, whatever races, and none that is revoked or unknown', async () => {
      const link = await openLink(ledgers, sending)
      const renew = (id: LinkId) =>
        ledgers.links.renewLink(id, { ...link, id: newId<LinkId>(), secretHash: bytes() })
      const outcomes = await race(20, () => renew(link.id))
      expect(outcomes.filter((outcome) => refusedOf(outcome) === null)).toHaveLength(1)
      expect(outcomes.filter((outcome) => refusedOf(outcome) === 'link.revoked')).toHaveLength(19)
      expect(await ledgers.links.linksOf(sending.case)).toHaveLength(2)
      const gone = await openLink(ledgers, sending)
      await ledgers.links.revokeLink(gone.id, noon)
      expect(refusedOf(await renew(gone.id))).toBe('link.revoked')
      expect(refusedOf(await renew(newId<LinkId>()))).toBe('link.not-found')
      expect(await ledgers.links.linksOf(sending.case)).toHaveLength(3)
    })

    it('lets a sender in exactly while they may visit the case, and says whether it receives', async () => {
      const link = await openLink(ledgers, sending)
      const { token } = await begin(link.id)
      for (const state of ['collecting', 'ready', 'assigned', 'in_review', 'opined', 'closed'] as const) {
        await close(state)
        const expected = mayVisit(state) ? { receives: mayReceive(state) } : { refused: 'case.closed' }
        expect(await exchange(link.id)).toMatchObject(expected)
        expect(await ledgers.links.session(token, noon)).toMatchObject(expected)
        expect((await ledgers.links.findLink(link.id, link.secretHash))?.caseState).toBe(state)
      }
      expect(caseMachine.may('closed', 'collecting')).toBe(false)
      const other = await openSender(ledgers)
      const second = await openLink(ledgers, other)
      for (const state of ['withdrawn', 'erased'] as const) {
        expect(await ledgers.cases.moveCase(other.case, state, noon)).toBe(true)
        const expected = state === 'withdrawn' ? { receives: false } : { refused: 'case.closed' }
        expect(await exchange(second.id)).toMatchObject(expected)
      }
    })

    it('lets nobody into a case whose key is gone', async () => {
      const link = await openLink(ledgers, sending)
      const { token } = await begin(link.id)
      await ledgers.destroyKey(sending.case)
      expect(refusedOf(await exchange(link.id))).toBe('case.closed')
      expect(refusedOf(await ledgers.links.session(token, noon))).toBe('case.closed')
    })
  })
}
