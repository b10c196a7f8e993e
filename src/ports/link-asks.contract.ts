/** What every adapter of `LinkLedger` must do for those who ask for a new link, and who ask whose files they have. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { LinkId } from '#domain/id.ts'
import { mostAsksADay, mostQuestions } from '#domain/link.ts'
import {
  after,
  bytes,
  granted,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'
import type { NewLink } from './link-ledger.ts'

const day = 86_400

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const linkAsksContract = (name: string, open: OpenLedgers): void => {
  describe(`link ledger, asking: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    let link: NewLink
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
      link = await openLink(ledgers, sending)
    })

    const ask = (id: LinkId, at = noon) => ledgers.links.askForLink(id, at)
    const renew = async (old: NewLink, at: Date): Promise<NewLink> => {
      const next = { ...old, id: newId<LinkId>(), secretHash: bytes(), at }
      granted(await ledgers.links.renewLink(old.id, next))
      return next
    }
    const isAsked = async ({ id, secretHash }: NewLink) =>
      (await ledgers.links.findLink(id, secretHash))?.asked

    it('tells the desk of one ask at a time, whatever races, the longest wait first', async () => {
      const asked = await race(20, () => ask(link.id, after(9)))
      expect(asked.filter(Boolean)).toHaveLength(1)
      const other = await openSender(ledgers)
      const older = await openLink(ledgers, other)
      expect(await ask(older.id)).toBe(true)
      expect(await ledgers.links.openAsks(9)).toEqual([
        { ...other, link: older.id, askedAt: noon },
        { ...sending, link: link.id, askedAt: after(9) },
      ])
      expect(await ledgers.links.openAsks(1)).toHaveLength(1)
      expect(await isAsked(link)).toBe(true)
    })

    it('renews while the sender may visit: consent is given again over the same link', async () => {
      expect(await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)).toBe(true)
      await renew(link, noon)
      const other = await openSender(ledgers)
      const gone = await openLink(ledgers, other)
      expect(await ledgers.cases.moveCase(other.case, 'expired', noon)).toBe(true)
      const next = { ...gone, id: newId<LinkId>(), secretHash: bytes() }
      expect(refusedOf(await ledgers.links.renewLink(gone.id, next))).toBe('case.closed')
    })

    it('asks for a link whose time is over, and for the one in place of a replaced one', async () => {
      expect(await ask(link.id, after(30 * day))).toBe(true)
      const next = await renew(link, after(30 * day))
      expect(await ledgers.links.openAsks(9)).toEqual([])
      expect(await isAsked(link)).toBe(false)
      expect(await ask(link.id, after(31 * day))).toBe(true)
      expect(await ledgers.links.openAsks(9)).toMatchObject([{ link: next.id }])
      expect([await isAsked(link), await isAsked(next)]).toEqual([true, true])
      await renew(next, after(32 * day))
      expect(await ledgers.links.openAsks(9)).toEqual([])
    })

    it('notes so many asks a day of a sender and no more', async () => {
      let last = link
      for (let n = 0; n < mostAsksADay; n++) {
        expect(await ask(last.id, after(n))).toBe(true)
        last = await renew(last, after(n))
      }
      expect(await ask(last.id, after(mostAsksADay))).toBe(false)
      expect(await ask(last.id, after(day - 1))).toBe(false)
      expect(await ask(last.id, after(day))).toBe(true)
    })

    it('notes nothing where there is nothing to renew', async () => {
      expect(await ask(newId<LinkId>())).toBe(false)
      await ask(link.id)
      await ledgers.links.revokeLink(link.id, noon)
      expect(await ledgers.links.openAsks(9)).toEqual([])
      expect(await ask(link.id)).toBe(false)
      const closing = await openSender(ledgers)
      const [its, unkeyed] = [await openLink(ledgers, closing), await openSender(ledgers)]
      const dead = await openLink(ledgers, unkeyed)
      await ledgers.destroyKey(unkeyed.case)
      expect(await ask(dead.id)).toBe(false)
      expect(await ask(its.id)).toBe(true)
      await ledgers.cases.moveCase(closing.case, 'withdrawn', noon)
      expect(await ledgers.links.openAsks(9)).toEqual([])
      const gone = await openLink(ledgers, closing)
      expect(await ask(gone.id)).toBe(false)
    })

    it('counts questions all or none, up to the most, whatever races', async () => {
      expect(await ledgers.links.countQuestions(link.id, mostQuestions - 9)).toBe(true)
      expect(await ledgers.links.countQuestions(link.id, 10)).toBe(false)
      const counted = await race(20, () => ledgers.links.countQuestions(link.id, 2))
      expect(counted.filter(Boolean)).toHaveLength(4)
      expect(await ledgers.links.countQuestions(link.id, 1)).toBe(true)
      expect(await ledgers.links.countQuestions(link.id, 1)).toBe(false)
      expect(await ledgers.links.countQuestions(newId<LinkId>(), 1)).toBe(false)
      const other = await openLink(ledgers, sending)
      expect(await ledgers.links.countQuestions(other.id, mostQuestions)).toBe(true)
    })
  })
}
