/** What every adapter of `letter-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, LetterId, LinkId, SenderId } from '#domain/id.ts'
import { type LetterEnd, letterPause, letterStates } from '#domain/letter.ts'
import {
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  noon,
  type OpenLedgers,
  openLink,
  openSender,
  plain,
  race,
  type Sending,
} from './ledgers.contract.ts'
import type { LetterLedger, NewLetter } from './letter-ledger.ts'

const ends = letterStates.filter((state) => state !== 'owed')
const words = bytes(120)

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const letterLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`letter ledger: ${name}`, () => {
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
    const end = (id: LetterId, to: LetterEnd, at: Date): Promise<boolean> =>
      to === 'kept' ? letters.keepLetter(id, words, at) : letters.endLetter(id, to, at)
    const wordsOf = async (id: LetterId): Promise<boolean | undefined> =>
      (await letters.letterById(id))?.hasWords

    it('gives back what is owed, the oldest first, once its time has come', async () => {
      const link = (await openLink(ledgers, sending)).id
      const late = await owe({ dueAt: after(60) })
      const first = await owe({ link, kind: 'link', at: after(-9), dueAt: after(-9) })
      const second = await owe()
      expect(await letters.owedLetters(noon, 9)).toEqual([first.id, second.id])
      expect(await letters.owedLetters(noon, 1)).toEqual([first.id])
      expect(await letters.owedLetters(after(60), 9)).toEqual([first.id, second.id, late.id])
      const { sealed: _, at, dueAt: __, askedAt: ___, ...told } = first
      const row = {
        ...told,
        state: 'owed',
        attempts: 0,
        createdAt: at,
        endedAt: null,
        readAt: null,
        hasWords: false,
      }
      expect(await letters.letterById(first.id)).toEqual(row)
      expect((await letters.lettersOf(sending.case))[0]).toEqual(row)
      expect(await letters.lettersOf(newId<CaseId>())).toEqual([])
      expect(await letters.letterById(newId<LetterId>())).toBeNull()
    })

    it('counts a try before it is made, and puts the next one off', async () => {
      const { id, sealed } = await owe()
      const turn = await letters.takeTry(id, noon)
      expect(turn).toMatchObject({ id, state: 'owed', attempts: 1 })
      expect(plain(turn?.sealed ?? null)).toEqual(sealed)
      expect(await letters.takeTry(id, noon)).toBeNull()
      expect(await letters.owedLetters(after(letterPause(1) / 1_000 - 1), 9)).toEqual([])
      const next = after(letterPause(1) / 1_000)
      expect(await letters.owedLetters(next, 9)).toEqual([id])
      expect(await letters.takeTry(id, next)).toMatchObject({ attempts: 2 })
      expect(await letters.takeTry(newId<LetterId>(), noon)).toBeNull()
    })

    it('gives a try to one of many', async () => {
      const { id } = await owe()
      const turns = await race(8, () => letters.takeTry(id, noon))
      expect(turns.filter((turn) => turn !== null)).toHaveLength(1)
    })

    it.each(ends)('ends as %s once and for all, and only what is kept has words', async (to) => {
      const { id } = await owe()
      expect((await race(4, () => end(id, to, after(5)))).filter(Boolean)).toHaveLength(1)
      expect(await letters.letterById(id)).toMatchObject({
        state: to,
        endedAt: after(5),
        hasWords: to === 'kept',
      })
      for (const other of ends) expect(await end(id, other, after(6))).toBe(false)
      expect(await letters.owedLetters(after(999_999), 9)).toEqual([])
      expect(await letters.takeTry(id, after(999_999))).toBeNull()
      const kept = await letters.readKept(id, after(7))
      expect(plain(kept?.sealed ?? null)).toEqual(to === 'kept' ? words : null)
    })

    it('notes the first reading, and drops words once', async () => {
      const { id } = await owe()
      expect(await letters.readKept(id, noon)).toBeNull()
      expect(await letters.dropKept(id)).toBe(false)
      await end(id, 'kept', noon)
      expect(await letters.readKept(id, after(3))).toMatchObject({ readAt: after(3), hasWords: true })
      expect(await letters.readKept(id, after(9))).toMatchObject({ readAt: after(3) })
      expect(await letters.dropKept(id)).toBe(true)
      expect(await letters.dropKept(id)).toBe(false)
      expect(await letters.readKept(id, after(10))).toBeNull()
      expect(await letters.letterById(id)).toMatchObject({ state: 'kept', readAt: after(3), hasWords: false })
    })

    it('wipes what was kept or read too long ago', async () => {
      const [old, read, young] = [await owe(), await owe(), await owe()]
      await end(old.id, 'kept', after(-100))
      for (const { id } of [read, young]) await end(id, 'kept', noon)
      await letters.readKept(read.id, after(1))
      await letters.readKept(young.id, after(5))
      expect(await letters.wipeKept({ kept: after(-1), read: after(2) })).toBe(2)
      expect(await letters.wipeKept({ kept: after(-1), read: after(2) })).toBe(0)
      expect([await wordsOf(old.id), await wordsOf(read.id), await wordsOf(young.id)]).toEqual([
        false,
        false,
        true,
      ])
    })

    it('has one letter where there may be one', async () => {
      const link = (await openLink(ledgers, sending)).id
      const again = (await openLink(ledgers, sending)).id
      for (const over of [
        { kind: 'opened' },
        { kind: 'reminder', link },
        { kind: 'link-asked', link, askedAt: noon },
      ] as const) {
        const written = await race(4, () => letters.oweLetters([newLetter(over)]))
        expect(written.reduce((sum, count) => sum + count, 0)).toBe(1)
      }
      await owe({ kind: 'reminder', link: again })
      await owe({ kind: 'link-asked', link, askedAt: after(1) })
      for (const kind of ['receipt', 'link'] as const)
        await Promise.all([owe({ kind, link }), owe({ kind, link })])
      expect(await letters.oweLetters([])).toBe(0)
    })

    it('writes all of several letters or none', async () => {
      const stray = newLetter({ sender: newId<SenderId>() })
      await expect(letters.oweLetters([newLetter(), stray])).rejects.toBeInstanceOf(Error)
      expect(await letters.lettersOf(sending.case)).toEqual([])
    })

    it('knows when a link first left', async () => {
      const link = (await openLink(ledgers, sending)).id
      expect(await letters.linkSentAt(link)).toBeNull()
      const [refused, sent, reminder] = [
        await owe({ link, kind: 'link' }),
        await owe({ link, kind: 'link' }),
        await owe({ link, kind: 'reminder' }),
      ]
      await end(refused.id, 'refused', after(1))
      await end(reminder.id, 'sent', after(2))
      expect(await letters.linkSentAt(link)).toBeNull()
      await end(sent.id, 'sent', after(3))
      expect(await letters.linkSentAt(link)).toEqual(after(3))
      expect(await letters.linkSentAt(newId<LinkId>())).toBeNull()
    })

    it('knows what came of a sender, and their newest receipt', async () => {
      const nothing = { arrived: 0, finishedAt: null, receipt: null }
      expect(await letters.senderNews(sending.sender)).toEqual(nothing)
      await announce(ledgers, sending, [newFile(3)])
      expect(await letters.senderNews(sending.sender)).toEqual(nothing)
      const { pack, files } = await arrive(ledgers, sending, [1, 2])
      expect(await letters.senderNews(sending.sender)).toMatchObject({ arrived: files.length })
      await admitAll(ledgers, pack.id, {})
      const all = await ledgers.intake.itemsOf(sending.sender, false)
      const missing = all.filter(({ state }) => state === 'receiving').map(({ id }) => id)
      await ledgers.intake.leaveOut(sending.sender, missing, noon)
      for (const [statement, at] of [
        ['first', after(5)],
        ['second', after(9)],
      ] as const)
        granted(await ledgers.intake.finish(sending.sender, statement, at))
      expect(await letters.senderNews(sending.sender)).toMatchObject({
        receipt: { statement: 'second', at: after(9) },
      })
      expect(await letters.senderNews(newId<SenderId>())).toEqual(nothing)
    })
  })
}
