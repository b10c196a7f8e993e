/** Letters on the river of steps: owed with their link, sent by a real mail server, gone afterwards; over PostgreSQL. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { CaseId, LetterId } from '#domain/id.ts'
import { letterTries } from '#domain/letter.ts'
import { canaryAddress, hexOf, linkTerms, openLetterRiver } from '#fixtures/mail/letter-river.ts'
import type { MailServer } from '#fixtures/mail/mail-server.ts'
import { granted, type LedgersUnderTest, newId } from '#ports/ledgers.contract.ts'
import { openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import { dropLetter, listLetters, readLetter } from '#steps/read-letters.ts'
import { sendLetter } from '#steps/send-letter.ts'

const dayMs = 86_400_000
const address = canaryAddress

let river: Awaited<ReturnType<typeof openLetterRiver>>
let ledgers: LedgersUnderTest
let server: MailServer
let of: CaseId
beforeAll(async () => {
  river = await openLetterRiver()
})
afterAll(() => river.close())
beforeEach(async () => {
  ;({ ledgers, server, of } = await river.fresh())
})

describe('the letter of a link', () => {
  it.each(['en', 'hi', 'mr'] as const)(
    'reaches its reader in %s, and nothing of it stays',
    async (language) => {
      const { url } = await river.mailLink({ language })
      const secret = url.slice(url.indexOf('#') + 1)
      const nothingPlain = async (): Promise<void> => {
        const all = await river.everything()
        expect(all).toContain(of)
        for (const text of [address, secret, 'CANARYPATIENT', secret.split('.')[1] ?? '', 'sender@'])
          for (const form of [text, hexOf(text)]) expect(all).not.toContain(form)
      }
      await nothingPlain()
      expect(await river.work()).toEqual([])
      expect(server.secured).toEqual([true])
      const [mail] = server.delivered
      expect(mail?.readers).toEqual([address])
      expect(mail?.text.split('\n')).toContain(url)
      expect(mail?.text).toContain('JC')
      expect(mail?.text).toContain(of.slice(-2))
      expect(mail?.text).not.toContain('CANARYPATIENT')
      expect(mail?.text).not.toContain('A sender')
      expect(/\p{sc=Devanagari}/u.test(mail?.text ?? '')).toBe(language !== 'en')
      expect(server.raw.join()).not.toMatch(/text\/html/i)
      await nothingPlain()
      expect(await river.states()).toEqual(['link sent', 'reminder owed'])
      const sealed = await river.sql<{ kind: string }>('select kind from letters where sealed is not null')
      expect(sealed).toEqual([{ kind: 'reminder' }])
      const entries = await ledgers.audit.entriesOf(of)
      expect(entries.at(-1)).toMatchObject({ action: 'letter.sent', facts: { kind: 'link' } })
      expect(await river.work()).toEqual([])
      expect(server.delivered).toHaveLength(1)
    },
  )

  it('is not written without an address', async () => {
    await river.mailLink({ mail: null })
    expect(await river.states()).toEqual([])
  })

  it('says that a code or birth date will be asked, and never the code', async () => {
    const { code } = await river.mailLink({ check: 'code' })
    await river.mailLink({ check: 'birth-date' })
    await river.work()
    const texts = server.delivered.map(({ text }) => text)
    expect(texts.filter((text) => text.includes('asked for a code'))).toHaveLength(1)
    expect(texts.filter((text) => text.includes('date of birth'))).toHaveLength(1)
    expect(texts.join()).not.toContain(code ?? '?')
    expect(texts.join()).not.toContain('1970')
  })

  it('is withdrawn when the link was ended before it left', async () => {
    const { link } = await river.mailLink()
    await revokeLink(river.needs())(link, river.by)
    await river.work()
    expect(await river.states()).toEqual(['link withdrawn', 'reminder owed'])
    expect(server.delivered).toEqual([])
  })

  it('of a renewed link says so, and the one before it does not leave any more', async () => {
    const { link } = await river.mailLink()
    const renewed = granted(
      await renewLink(river.needs())(link, { days: 3, maxUses: null, mail: address }, river.by),
    )
    await river.work()
    expect(await river.states()).toEqual(['link withdrawn', 'reminder owed', 'renewed-link sent'])
    expect(server.delivered.map(({ text }) => text)).toEqual([expect.stringContaining(renewed.url)])
    expect(server.delivered[0]?.text).toContain('has stopped working')
  })

  it('is withdrawn with the key of its case', async () => {
    await river.mailLink()
    await ledgers.destroyKey(of)
    await river.work()
    expect(await river.states()).toEqual(['link withdrawn', 'reminder owed'])
    expect(server.delivered).toEqual([])
  })
})

describe('a way that does not work', () => {
  it.each(['later', 'break'] as const)('is tried again when the answer is %s', async (how) => {
    await river.mailLink()
    server.answer(how)
    const [thrown] = await river.work()
    expect(thrown instanceof Fault && thrown.code).toBe('post.unavailable')
    expect(await river.states()).toContain('link owed')
    expect(await river.work()).toEqual([])
    server.answer('take')
    river.pass(60_000)
    expect(await river.work()).toEqual([])
    expect(await river.states()).toContain('link sent')
    expect(server.delivered).toHaveLength(1)
  })

  it('ends with a refusal when the answer is never', async () => {
    await river.mailLink()
    server.answer('never')
    expect(await river.work()).toEqual([])
    expect(await river.states()).toContain('link refused')
    expect((await ledgers.audit.entriesOf(of)).at(-1)?.action).toBe('letter.refused')
    expect(await river.sql(`select from letters where kind = 'link' and sealed is not null`)).toEqual([])
  })

  it('ends as failed after the last try, and no other letter waits for it', async () => {
    await river.mailLink({ days: 14 })
    await river.sql(`update letters set sealed = 'damaged' where kind = 'link'`)
    await river.mailLink()
    expect(await river.work()).toHaveLength(1)
    expect(server.delivered).toHaveLength(1)
    let thrown = 1
    for (let n = 0; n < letterTries + 2; n += 1) {
      river.pass(6 * 3_600_000)
      thrown += (await river.work()).length
    }
    expect(thrown).toBe(letterTries - 1)
    expect(await river.states()).toContain('link failed')
  })

  it('ends as failed when every try ended its worker', async () => {
    await river.mailLink()
    const [id] = await ledgers.letters.owedLetters(river.clock.now(), 1)
    for (let n = 0; n < letterTries; n += 1) {
      expect(await ledgers.letters.takeTry(id as LetterId, river.clock.now())).not.toBeNull()
      river.pass(6 * 3_600_000)
    }
    expect(await sendLetter(river.needs(river.smtp()))(id as LetterId)).toBe('failed')
    expect(server.delivered).toEqual([])
  })

  it('sends twice only when a worker dies between the two, and then with one Message-ID', async () => {
    await river.mailLink()
    const dying = {
      ...river.needs(river.smtp()),
      letters: { ...ledgers.letters, endLetter: () => Promise.reject(new Error('dies')) },
    }
    const [id] = await ledgers.letters.owedLetters(river.clock.now(), 1)
    await expect(sendLetter(dying)(id as LetterId)).rejects.toThrow('dies')
    expect(await river.work()).toEqual([])
    expect(server.delivered).toHaveLength(1)
    river.pass(60_000)
    await river.work()
    const messageIds = server.delivered.map(
      ({ headers }) => headers.find(([name]) => name === 'message-id')?.[1],
    )
    expect(messageIds).toHaveLength(2)
    expect(new Set(messageIds).size).toBe(1)
  })
})

describe('the reminder', () => {
  it('leaves once after its days, says when the mail with the link left, and has no link', async () => {
    const { url } = await river.mailLink({ language: 'mr' })
    await river.work()
    river.pass(3 * dayMs - 1_000)
    await river.work()
    expect(server.delivered).toHaveLength(1)
    river.pass(1_000)
    await river.work()
    expect(await river.states()).toEqual(['link sent', 'reminder sent'])
    const { text } = server.delivered[1] ?? { text: '' }
    expect(text).toContain('Nothing has arrived yet')
    expect(text).not.toContain(url)
    expect(text).not.toContain('/send')
    expect(await river.sql('select from letters where sealed is not null')).toEqual([])
  })

  it.each([
    [
      'the link was ended',
      async (link: Awaited<ReturnType<typeof river.mailLink>>['link']) =>
        revokeLink(river.needs())(link, river.by),
    ],
    [
      'the first mail never left',
      async () => river.sql(`update letters set state = 'refused' where kind = 'link'`),
    ],
    ['the sender has finished', async () => river.sql('update senders set finished_at = now()')],
  ] as const)('is withdrawn when %s', async (_, happen) => {
    const { link } = await river.mailLink()
    await river.work()
    await happen(link)
    river.pass(4 * dayMs)
    await river.work()
    expect((await river.states()).at(-1)).toBe('reminder withdrawn')
    expect(server.delivered).toHaveLength(1)
  })

  it('is not owed where none is wanted, or the link is over before', async () => {
    granted(await openLink(river.needs(null, 0))(of, { role: 'patient', name: 'A' }, linkTerms, river.by))
    await river.mailLink({ days: 3 })
    expect(await river.states()).toEqual(['link owed', 'link owed'])
  })
})

describe('without mail', () => {
  it('keeps the words for the desk, sealed, until they are read or dropped', async () => {
    const { url } = await river.mailLink({ language: 'hi' })
    expect(await river.work(null)).toEqual([])
    expect(await river.states()).toEqual(['link kept', 'reminder owed'])
    const secret = url.slice(url.indexOf('#') + 1)
    for (const text of [address, secret]) expect(await river.everything()).not.toContain(hexOf(text))
    const [letter] = granted(await listLetters(river.needs())(of))
    expect(letter).toMatchObject({ kind: 'link', state: 'kept', hasWords: true, readAt: null })
    const id = letter?.id ?? newId<LetterId>()
    const read = granted(await readLetter(river.needs())(id, river.by))
    expect(read.to).toBe(address)
    expect(read.text).toContain(url)
    expect(read.subject).toMatch(/\p{sc=Devanagari}/u)
    expect((await ledgers.audit.entriesOf(of)).at(-1)).toMatchObject({
      action: 'letter.read',
      actor: { kind: 'operator', id: river.by },
      object: id,
    })
    expect(await dropLetter(river.needs())(id, river.by)).toBeNull()
    expect(await readLetter(river.needs())(id, river.by)).toMatchObject({ refused: 'letter.gone' })
    expect(await dropLetter(river.needs())(id, river.by)).toMatchObject({ refused: 'letter.gone' })
    expect(await readLetter(river.needs())(newId<LetterId>(), river.by)).toMatchObject({
      refused: 'letter.not-found',
    })
    expect(await dropLetter(river.needs())(newId<LetterId>(), river.by)).toMatchObject({
      refused: 'letter.not-found',
    })
    expect(await listLetters(river.needs())(newId<CaseId>())).toMatchObject({ refused: 'case.not-found' })
  })

  it('reminds nobody: whether the desk handed the letter on is not known here', async () => {
    await river.mailLink()
    await river.work(null)
    river.pass(4 * dayMs)
    await river.work(null)
    expect(await river.states()).toEqual(['link kept', 'reminder withdrawn'])
  })
})
