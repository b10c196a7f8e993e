/** What every adapter of `LinkLedger.session` must do: how long a sender stays let in. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { LinkId } from '#domain/id.ts'
import { senderSession } from '#domain/link.ts'
import {
  after,
  bytes,
  granted,
  type LedgersUnderTest,
  newSession,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'
import type { SenderSession } from './link-ledger.ts'

const minute = 60

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const senderSessionContract = (name: string, open: OpenLedgers): void => {
  describe(`link ledger, sessions: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    /** A session begun at noon, and its token. */
    const begin = async (id: LinkId): Promise<{ session: SenderSession; token: Uint8Array }> => {
      const asked = newSession(noon)
      return { session: granted(await ledgers.links.exchange(id, asked)), token: asked.tokenHash }
    }

    it('ends a session after the quiet minutes, counted from its last use', async () => {
      const { token, session } = await begin((await openLink(ledgers, sending)).id)
      const idle = senderSession.idleMinutes * minute
      let now = 0
      for (const pause of [50, idle - 10, 1, 59, idle - 1, idle]) {
        now += pause
        expect([pause, await ledgers.links.session(token, after(now))]).toEqual([pause, session])
      }
      expect(refusedOf(await ledgers.links.session(token, after(now + idle + 1)))).toBe('session.ended')
      expect(refusedOf(await ledgers.links.session(token, after(now + idle + 2)))).toBe('session.ended')
    })

    it('ends a session after its longest time, however busy', async () => {
      const { token } = await begin((await openLink(ledgers, sending)).id)
      const end = senderSession.absoluteHours * 3_600
      for (let now = 0; now < end; now += 25 * minute)
        expect(refusedOf(await ledgers.links.session(token, after(now)))).toBeNull()
      expect(refusedOf(await ledgers.links.session(token, after(end - 1)))).toBeNull()
      expect(refusedOf(await ledgers.links.session(token, after(end + 1)))).toBe('session.ended')
    })

    it('knows no other token', async () => {
      await begin((await openLink(ledgers, sending)).id)
      expect(refusedOf(await ledgers.links.session(bytes(), noon))).toBe('session.ended')
      expect(refusedOf(await ledgers.links.session(new Uint8Array(0), noon))).toBe('session.ended')
    })

    it('ends every session of a revoked link, and no other', async () => {
      const link = await openLink(ledgers, sending)
      const begun = [await begin(link.id), await begin(link.id)]
      const other = await begin((await openLink(ledgers, sending)).id)
      expect(await ledgers.links.revokeLink(link.id, noon)).toBe(true)
      for (const { token } of begun)
        expect(refusedOf(await ledgers.links.session(token, after(1)))).toBe('link.revoked')
      expect(refusedOf(await ledgers.links.session(other.token, after(1)))).toBeNull()
    })
  })
}
