/** What every adapter of `LinkLedger` must do for a sender who is in the middle of sending when the link is over. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { LinkId } from '#domain/id.ts'
import { atWork, senderSession } from '#domain/link.ts'
import {
  after,
  arrive,
  bytes,
  granted,
  type LedgersUnderTest,
  newId,
  newSession,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

const minute = 60
const idle = senderSession.idleMinutes * minute
const window = atWork.minutes * minute

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const linkWorkContract = (name: string, open: OpenLedgers): void => {
  describe(`link ledger, a sender at work: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const begin = async (id: LinkId, at = noon): Promise<Uint8Array> => {
      const asked = newSession(at)
      granted(await ledgers.links.exchange(id, asked))
      return asked.tokenHash
    }
    /** What an exchange is refused, having been foretold the same. */
    const exchange = async (id: LinkId, at: Date): Promise<string | null> => {
      const foretold = await ledgers.links.obstacle(id, at)
      const refused = refusedOf(await ledgers.links.exchange(id, newSession(at)))
      expect(foretold?.refused ?? null).toBe(refused)
      return refused
    }
    const usesOf = async (id: LinkId): Promise<number | undefined> => (await ledgers.links.linkById(id))?.uses

    it('foretells what an exchange would be refused, and changes nothing', async () => {
      const link = await openLink(ledgers, sending, { expiresAt: after(10), maxUses: 1 })
      for (let n = 0; n < 50; n++) expect(await ledgers.links.obstacle(link.id, noon)).toBeNull()
      expect(await ledgers.links.linkById(link.id)).toMatchObject({ uses: 0, lockedUntil: null })
      expect(await exchange(link.id, noon)).toBeNull()
      expect(await exchange(link.id, noon)).toBe('link.used-up')
      expect(refusedOf(await ledgers.links.obstacle(newId<LinkId>(), noon))).toBe('link.invalid')
      const other = await openLink(ledgers, sending)
      await ledgers.destroyKey(sending.case)
      expect(await exchange(other.id, noon)).toBe('case.closed')
    })

    it('lets a sender whose session was used lately in again though the link’s time is over', async () => {
      const link = await openLink(ledgers, sending, { expiresAt: after(100) })
      const token = await begin(link.id)
      granted(await ledgers.links.session(token, after(idle - 1)))
      const last = idle - 1 + window
      expect(await ledgers.links.obstacle(link.id, after(last + 1))).toMatchObject({
        refused: 'link.expired',
      })
      expect(await exchange(link.id, after(last))).toBeNull()
      expect(await exchange(link.id, after(last + window))).toBeNull()
      expect(await exchange(link.id, after(last + 2 * window + 1))).toBe('link.expired')
    })

    it('lets a sender in again by any link of theirs, whichever began the session', async () => {
      const [one, other] = [
        await openLink(ledgers, sending),
        await openLink(ledgers, sending, { expiresAt: noon }),
      ]
      expect(await exchange(other.id, noon)).toBe('link.expired')
      await begin(one.id)
      expect(await exchange(other.id, noon)).toBeNull()
    })

    it('lets a sender whose bytes were acknowledged lately in again, and nobody else', async () => {
      const link = await openLink(ledgers, sending, { expiresAt: after(100) })
      const other = await openSender(ledgers)
      const idleLink = await openLink(ledgers, other, { expiresAt: after(100) })
      await begin(link.id)
      const late = 3 * 3_600
      expect(await exchange(link.id, after(late))).toBe('link.expired')
      await arrive(ledgers, sending, [9], after(late))
      expect(await exchange(idleLink.id, after(late))).toBe('link.expired')
      expect(await exchange(link.id, after(late + window + 1))).toBe('link.expired')
      expect(await exchange(link.id, after(late + window))).toBeNull()
    })

    it('lets nobody in a day after the link’s time', async () => {
      const link = await openLink(ledgers, sending, { expiresAt: noon })
      const end = atWork.beyondHours * 3_600
      await arrive(ledgers, sending, [9], after(end - 1))
      expect(await exchange(link.id, after(end))).toBe('link.expired')
      expect(await exchange(link.id, after(end - 1))).toBeNull()
    })

    it('goes on after a session that just ended without a further use, once, whoever races', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 1 })
      await begin(link.id)
      expect(await exchange(link.id, after(idle))).toBe('link.used-up')
      const at = after(idle + 1)
      const outcomes = await race(20, () => ledgers.links.exchange(link.id, newSession(at)))
      expect(outcomes.filter((outcome) => refusedOf(outcome) === null)).toHaveLength(1)
      expect(outcomes.filter((outcome) => refusedOf(outcome) === 'link.used-up')).toHaveLength(19)
      expect(await usesOf(link.id)).toBe(1)
    })

    it('goes on after the longest time of a busy session, but not after a long quiet', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 1 })
      const token = await begin(link.id)
      const end = senderSession.absoluteHours * 3_600
      for (let now = 0; now < end; now += 25 * minute)
        expect(refusedOf(await ledgers.links.session(token, after(now)))).toBeNull()
      expect(await exchange(link.id, after(end + 1))).toBeNull()
      expect(await usesOf(link.id)).toBe(1)
      expect(await exchange(link.id, after(end + 1 + idle + window))).toBeNull()
      expect(await usesOf(link.id)).toBe(1)
      expect(await exchange(link.id, after(end + 1 + 2 * idle + 2 * window + 1))).toBe('link.used-up')
    })

    it('does not let another link of the sender go on for free', async () => {
      const link = await openLink(ledgers, sending, { maxUses: 1 })
      await begin(link.id)
      const second = await openLink(ledgers, sending, { maxUses: 1 })
      await begin(second.id, after(idle + 1))
      expect(await exchange(second.id, after(idle + 2))).toBe('link.used-up')
      expect(await exchange(link.id, after(idle + 2))).toBeNull()
    })

    it('lets nobody go on with a link that was replaced or revoked', async () => {
      const [old, gone] = [await openLink(ledgers, sending), await openLink(ledgers, sending)]
      for (const { id } of [old, gone]) await begin(id)
      granted(await ledgers.links.renewLink(old.id, { ...old, id: newId<LinkId>(), secretHash: bytes() }))
      await ledgers.links.revokeLink(gone.id, noon)
      for (const { id } of [old, gone]) expect(await exchange(id, after(idle + 1))).toBe('link.revoked')
    })
  })
}
