/** What every adapter of `letter-ledger.ts` must do about whom there is something to write to. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditAction } from '#domain/audit.ts'
import type { GrantId, LetterId, ReceiptAskId } from '#domain/id.ts'
import type { Way } from '#domain/introduction.ts'
import { newConsent, newIntroduction } from './introduction-ledger.contract.ts'
import {
  addSender,
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
  type Sending,
} from './ledgers.contract.ts'
import type { LetterLedger, NewLetter } from './letter-ledger.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const letterAsksContract = (name: string, open: OpenLedgers): void => {
  describe(`letters that are asked for: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let letters: LetterLedger
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      letters = ledgers.letters
      sending = await openSender(ledgers)
    })

    const newLetter = (over: Partial<NewLetter> = {}): NewLetter => ({
      ...sending,
      id: newId<LetterId>(),
      link: null,
      kind: 'receipt',
      language: 'hi',
      sealed: bytes(70),
      at: noon,
      dueAt: noon,
      askedAt: null,
      ...over,
    })
    const owe = async (over: Partial<NewLetter> = {}): Promise<NewLetter> => {
      const letter = newLetter(over)
      expect(await letters.oweLetters([letter])).toBe(1)
      return letter
    }
    const second = async (): Promise<Sending> => ({
      ...sending,
      sender: await addSender(ledgers, sending.case),
    })

    const ask = (at: Date) =>
      letters.askReceipt(
        { id: newId<ReceiptAskId>(), sender: sending.sender, at },
        { since: new Date(at.getTime() - 86_400_000), most: 5 },
      )

    it('notes as many askings as it may, however many come at once', async () => {
      expect((await race(9, () => ask(noon))).filter(Boolean)).toHaveLength(5)
      expect(await ask(after(86_399))).toBe(false)
      expect(await ask(after(86_400))).toBe(true)
      expect(await letters.receiptAsks(9)).toHaveLength(6)
      expect(await letters.receiptAsks(2)).toHaveLength(2)
    })

    const introduce = (who: Sending, ways: readonly Way[] = ['mail']) =>
      ledgers.introductions.introduce(newIntroduction(who, noon, { ways }), newConsent())
    const finish = async (who: Sending, at: Date) =>
      granted(await ledgers.intake.finish(who.sender, 'receipt', at))
    const read = (action: AuditAction, at: Date, kind: 'grant' | 'operator' = 'grant') =>
      ledgers.audit.append(
        { action, actor: { kind, id: newId<GrantId>() }, case: sending.case, object: null, facts: {} },
        at,
      )

    it('finds who finished, gave an address and was then read, once', async () => {
      const [early, late, silent] = [sending, await second(), await second()]
      const [unfinished, unread] = [await second(), await openSender(ledgers)]
      for (const who of [early, late, unfinished, unread]) granted(await introduce(who))
      granted(await introduce(silent, ['phone']))
      await finish(early, after(1))
      await finish(silent, after(1))
      await finish(unread, after(1))
      await read('item.read', noon)
      await read('grant.opened', after(2), 'operator')
      expect(await letters.firstReadings(9)).toEqual([])
      for (const seconds of [5, 6]) await read('bundle.read', after(seconds))
      await finish(late, after(7))
      expect(await letters.firstReadings(9)).toEqual([{ ...early, at: after(5) }])
      await read('manifest.read', after(9))
      const found = await letters.firstReadings(9)
      expect(found).toEqual([
        { ...early, at: after(5) },
        { ...late, at: after(9) },
      ])
      expect(await letters.firstReadings(1)).toHaveLength(1)
      const { id } = await owe({ ...early, kind: 'opened' })
      await letters.endLetter(id, 'sent', after(10))
      expect(await letters.firstReadings(9)).toEqual([{ ...late, at: after(9) }])
      await ledgers.destroyKey(sending.case)
      expect(await letters.firstReadings(9)).toEqual([])
    })

    it.each([
      'bundle.read',
      'item.read',
      'manifest.read',
      'notes.read',
      'case.searched',
      'instances.searched',
      'instances.read',
      'metadata.read',
      'frames.read',
      'bulk.read',
      'picture.read',
    ] as const)('takes %s of a reader for reading', async (action) => {
      granted(await introduce(sending))
      await finish(sending, after(1))
      await read(action, after(2))
      expect(await letters.firstReadings(9)).toEqual([{ ...sending, at: after(2) }])
    })

    it('finds who asks for a link and was not told of, once for each asking', async () => {
      const link = (await openLink(ledgers, sending)).id
      expect(await letters.untoldAsks(9)).toEqual([])
      expect(await ledgers.links.askForLink(link, after(5))).toBe(true)
      const ask = { ...sending, link, askedAt: after(5) }
      expect(await letters.untoldAsks(9)).toEqual([ask])
      await owe({ kind: 'link-asked', link, askedAt: after(5) })
      expect(await letters.untoldAsks(9)).toEqual([])
      const other = await openSender(ledgers)
      const elsewhere = (await openLink(ledgers, other)).id
      await ledgers.links.askForLink(elsewhere, after(6))
      expect(await letters.untoldAsks(9)).toEqual([{ ...other, link: elsewhere, askedAt: after(6) }])
      await ledgers.destroyKey(other.case)
      expect(await letters.untoldAsks(9)).toEqual([])
    })

    it('tells nobody again of what was before a rebuilt ledger', async () => {
      const link = (await openLink(ledgers, sending)).id
      await ledgers.links.askForLink(link, after(1))
      granted(await introduce(sending))
      await finish(sending, after(1))
      await read('bundle.read', after(2))
      expect(await letters.firstReadings(9)).toHaveLength(1)
      expect(await letters.untoldAsks(9)).toHaveLength(1)
      await ledgers.audit.append(
        { action: 'ledger.rebuilt', actor: { kind: 'worker' }, case: null, object: null, facts: {} },
        after(3),
      )
      await read('bundle.read', after(4))
      expect(await letters.firstReadings(9)).toEqual([])
      expect(await letters.untoldAsks(9)).toEqual([])
      const other = await second()
      granted(await introduce(other))
      await finish(other, after(5))
      await read('bundle.read', after(6))
      expect(await letters.firstReadings(9)).toEqual([{ ...other, at: after(6) }])
    })

    it('answers an asking once, with its letter or without', async () => {
      await ask(noon)
      await ask(after(1))
      const [first, second] = await letters.receiptAsks(9)
      expect(first).toMatchObject(sending)
      if (first === undefined || second === undefined) throw new Error('no askings')
      const answered = await race(4, () => letters.answerAsk(first.id, newLetter(), after(2)))
      expect(answered.filter(Boolean)).toHaveLength(1)
      expect(await letters.lettersOf(sending.case)).toHaveLength(1)
      expect(await letters.answerAsk(second.id, null, after(2))).toBe(true)
      expect(await letters.lettersOf(sending.case)).toHaveLength(1)
      expect(await letters.receiptAsks(9)).toEqual([])
    })
  })
}
