/** Letters on the river of steps: owed with their link, sent by a real mail server, gone afterwards; over PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openEdgeRing } from '#adapters/jose/edge-ring.ts'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds as ids } from '#adapters/memory/clock.ts'
import { createMemoryStore } from '#adapters/memory/object-store.ts'
import { createSmtpPost } from '#adapters/smtp/post.ts'
import { currentConsent } from '#domain/consent.ts'
import { Fault } from '#domain/fault.ts'
import type { CaseId, GrantId, ItemId, LetterId, OperatorId } from '#domain/id.ts'
import { letterTries } from '#domain/letter.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { type MailServer, startMailServer } from '#fixtures/mail/mail-server.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import { granted, type LedgersUnderTest, newId } from '#ports/ledgers.contract.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { Post } from '#ports/post.ts'
import { exchangeLink } from '#steps/exchange-link.ts'
import { finishSend } from '#steps/finish-send.ts'
import { introduce as introduceSender } from '#steps/introduce.ts'
import { mailReceipt } from '#steps/mail-receipt.ts'
import { openCase } from '#steps/open-case.ts'
import { type LinkTerms, openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import { oweLetters } from '#steps/owe-letters.ts'
import { dropLetter, listLetters, readLetter } from '#steps/read-letters.ts'
import { receive } from '#steps/receive.ts'
import { sendLetter } from '#steps/send-letter.ts'

const publicUrl = 'https://records.example'
const desk = { institution: 'Tata Memorial', contact: '+91 22 2417 7000' }
const address = 'canary.sender@example.org'
const dayMs = 86_400_000

let now = new Date()
const clock = { now: () => now }
const pass = (ms: number): void => {
  now = new Date(now.getTime() + ms)
}
const folder = mkdtempSync(join(tmpdir(), 'letters-'))
createKeyRing(folder, clock.now())
const { vault, linkTokens, statements } = openVaultRing(folder, clock, publicUrl)
const { seal } = openEdgeRing(folder, clock, publicUrl)
const queue: JobQueue = { add: async () => {}, alive: async () => true, close: async () => {} }
const by = newId<OperatorId>()

let ledger: TestLedger
let ledgers: LedgersUnderTest
let server: MailServer
let of: CaseId
beforeAll(async () => {
  ledger = await openTestLedger()
})
afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  ledgers = await ledger.fresh()
  server = await startMailServer()
  of = await openCase(needs())({ patient: { name: 'CANARYPATIENT^Jane', birthDate: '1970-01-31' } }, by)
})
afterEach(() => server.close())

const smtp = (): Post =>
  createSmtpPost({
    url: `smtp://localhost:${server.port}`,
    from: 'desk@hospital.example',
    plain: false,
    ca: server.ca,
    waitMs: 3_000,
  })

const needs = (post: Post | null = null, reminderDays = 3) => ({
  ...ledgers,
  vault,
  tokens: linkTokens,
  secrets: createSecrets(),
  queue,
  clock,
  ids,
  desk,
  publicUrl,
  reminderDays,
  post,
})

const terms = { days: 14, maxUses: null, check: 'none', language: 'en', mail: address } as const

const mailLink = async (over: Partial<LinkTerms> = {}) =>
  granted(await openLink(needs())(of, { role: 'patient', name: 'A sender' }, { ...terms, ...over }, by))

/** Works every letter whose time has come; what was thrown, if anything. */
const work = async (post: Post | null = smtp()): Promise<unknown[]> => {
  const thrown: unknown[] = []
  for (const id of await ledgers.letters.owedLetters(now, 99))
    await sendLetter(needs(post))(id).catch((error: unknown) => thrown.push(error))
  return thrown
}

const states = async (): Promise<string[]> =>
  (await ledgers.letters.lettersOf(of)).map(({ kind, state }) => `${kind} ${state}`).toSorted()

/** Every row of every table as text. */
const everything = async (): Promise<string> => {
  const tables = await ledger.sql<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      ledger.sql<{ row: string }>(`select row_to_json(t)::text as row from "${name}" t`),
    ),
  )
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n')
}

/** What the bytes of a text would look like in a `bytea` column. */
const hexOf = (text: string): string => Buffer.from(text).toString('hex')

describe('the letter of a link', () => {
  it.each(['en', 'hi', 'mr'] as const)(
    'reaches its reader in %s, and nothing of it stays',
    async (language) => {
      const { url } = await mailLink({ language })
      const secret = url.slice(url.indexOf('#') + 1)
      const nothingPlain = async (): Promise<void> => {
        const all = await everything()
        expect(all).toContain(of)
        for (const text of [address, secret, 'CANARYPATIENT', secret.split('.')[1] ?? '', 'sender@'])
          for (const form of [text, hexOf(text)]) expect(all).not.toContain(form)
      }
      await nothingPlain()
      expect(await work()).toEqual([])
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
      expect(await states()).toEqual(['link sent', 'reminder owed'])
      const sealed = await ledger.sql<{ kind: string }>('select kind from letters where sealed is not null')
      expect(sealed).toEqual([{ kind: 'reminder' }])
      const entries = await ledgers.audit.entriesOf(of)
      expect(entries.at(-1)).toMatchObject({ action: 'letter.sent', facts: { kind: 'link' } })
      expect(await work()).toEqual([])
      expect(server.delivered).toHaveLength(1)
    },
  )

  it('is not written without an address', async () => {
    await mailLink({ mail: null })
    expect(await states()).toEqual([])
  })

  it('says that a code or birth date will be asked, and never the code', async () => {
    const { code } = await mailLink({ check: 'code' })
    await mailLink({ check: 'birth-date' })
    await work()
    const texts = server.delivered.map(({ text }) => text)
    expect(texts.filter((text) => text.includes('asked for a code'))).toHaveLength(1)
    expect(texts.filter((text) => text.includes('date of birth'))).toHaveLength(1)
    expect(texts.join()).not.toContain(code ?? '?')
    expect(texts.join()).not.toContain('1970')
  })

  it('is withdrawn when the link was ended before it left', async () => {
    const { link } = await mailLink()
    await revokeLink(needs())(link, by)
    await work()
    expect(await states()).toEqual(['link withdrawn', 'reminder owed'])
    expect(server.delivered).toEqual([])
  })

  it('of a renewed link says so, and the one before it does not leave any more', async () => {
    const { link } = await mailLink()
    const renewed = granted(await renewLink(needs())(link, { days: 3, maxUses: null, mail: address }, by))
    await work()
    expect(await states()).toEqual(['link withdrawn', 'reminder owed', 'renewed-link sent'])
    expect(server.delivered.map(({ text }) => text)).toEqual([expect.stringContaining(renewed.url)])
    expect(server.delivered[0]?.text).toContain('has stopped working')
  })

  it('is withdrawn with the key of its case', async () => {
    await mailLink()
    await ledgers.destroyKey(of)
    await work()
    expect(await states()).toEqual(['link withdrawn', 'reminder owed'])
    expect(server.delivered).toEqual([])
  })
})

describe('a way that does not work', () => {
  it.each(['later', 'break'] as const)('is tried again when the answer is %s', async (how) => {
    await mailLink()
    server.answer(how)
    const [thrown] = await work()
    expect(thrown instanceof Fault && thrown.code).toBe('post.unavailable')
    expect(await states()).toContain('link owed')
    expect(await work()).toEqual([])
    server.answer('take')
    pass(60_000)
    expect(await work()).toEqual([])
    expect(await states()).toContain('link sent')
    expect(server.delivered).toHaveLength(1)
  })

  it('ends with a refusal when the answer is never', async () => {
    await mailLink()
    server.answer('never')
    expect(await work()).toEqual([])
    expect(await states()).toContain('link refused')
    expect((await ledgers.audit.entriesOf(of)).at(-1)?.action).toBe('letter.refused')
    expect(await ledger.sql(`select from letters where kind = 'link' and sealed is not null`)).toEqual([])
  })

  it('ends as failed after the last try, and no other letter waits for it', async () => {
    await mailLink({ days: 14 })
    await ledger.sql(`update letters set sealed = 'damaged' where kind = 'link'`)
    await mailLink()
    expect(await work()).toHaveLength(1)
    expect(server.delivered).toHaveLength(1)
    let thrown = 1
    for (let n = 0; n < letterTries + 2; n += 1) {
      pass(6 * 3_600_000)
      thrown += (await work()).length
    }
    expect(thrown).toBe(letterTries - 1)
    expect(await states()).toContain('link failed')
  })

  it('ends as failed when every try ended its worker', async () => {
    await mailLink()
    const [id] = await ledgers.letters.owedLetters(now, 1)
    for (let n = 0; n < letterTries; n += 1) {
      expect(await ledgers.letters.takeTry(id as LetterId, now)).not.toBeNull()
      pass(6 * 3_600_000)
    }
    expect(await sendLetter(needs(smtp()))(id as LetterId)).toBe('failed')
    expect(server.delivered).toEqual([])
  })

  it('sends twice only when a worker dies between the two, and then with one Message-ID', async () => {
    await mailLink()
    const dying = {
      ...needs(smtp()),
      letters: { ...ledgers.letters, endLetter: () => Promise.reject(new Error('dies')) },
    }
    const [id] = await ledgers.letters.owedLetters(now, 1)
    await expect(sendLetter(dying)(id as LetterId)).rejects.toThrow('dies')
    expect(await work()).toEqual([])
    expect(server.delivered).toHaveLength(1)
    pass(60_000)
    await work()
    const messageIds = server.delivered.map(
      ({ headers }) => headers.find(([name]) => name === 'message-id')?.[1],
    )
    expect(messageIds).toHaveLength(2)
    expect(new Set(messageIds).size).toBe(1)
  })
})

describe('the reminder', () => {
  it('leaves once after its days, says when the mail with the link left, and has no link', async () => {
    const { url } = await mailLink({ language: 'mr' })
    await work()
    pass(3 * dayMs - 1_000)
    await work()
    expect(server.delivered).toHaveLength(1)
    pass(1_000)
    await work()
    expect(await states()).toEqual(['link sent', 'reminder sent'])
    const { text } = server.delivered[1] ?? { text: '' }
    expect(text).toContain('Nothing has arrived yet')
    expect(text).not.toContain(url)
    expect(text).not.toContain('/send')
    expect(await ledger.sql('select from letters where sealed is not null')).toEqual([])
  })

  it.each([
    [
      'the link was ended',
      async (link: Awaited<ReturnType<typeof mailLink>>['link']) => revokeLink(needs())(link, by),
    ],
    [
      'the first mail never left',
      async () => ledger.sql(`update letters set state = 'refused' where kind = 'link'`),
    ],
    ['the sender has finished', async () => ledger.sql('update senders set finished_at = now()')],
  ] as const)('is withdrawn when %s', async (_, happen) => {
    const { link } = await mailLink()
    await work()
    await happen(link)
    pass(4 * dayMs)
    await work()
    expect((await states()).at(-1)).toBe('reminder withdrawn')
    expect(server.delivered).toHaveLength(1)
  })

  it('is not owed where none is wanted, or the link is over before', async () => {
    granted(await openLink(needs(null, 0))(of, { role: 'patient', name: 'A' }, terms, by))
    await mailLink({ days: 3 })
    expect(await states()).toEqual(['link owed', 'link owed'])
  })
})

const introduce = async (
  session: SenderSession,
  mail: string | null = address,
  language: 'en' | 'mr' = 'mr',
) =>
  granted(
    await introduceSender({ ...needs(), seal, institution: desk.institution })(session, {
      name: 'CANARYSENDER',
      role: 'patient',
      mail,
      phone: null,
      language,
      consent: currentConsent,
    }),
  )

/** A sender in the middle of sending. */
const begin = async (): Promise<SenderSession> => {
  const { url } = await mailLink({ mail: null })
  const begun = granted(await exchangeLink(needs())(url.slice(url.indexOf('#') + 1), undefined))
  return begun.session
}

const look = (deskMail: string | null = 'desk@hospital.example') => oweLetters({ ...needs(), deskMail })()

describe('a receipt by mail', () => {
  const finish = async (session: SenderSession): Promise<string> =>
    granted(await finishSend({ ...needs(), statements })(session, [])).receipt
  const ask = (session: SenderSession) => mailReceipt(needs())(session)

  it('goes to the address of the introduction, with the list of what arrived', async () => {
    const session = await begin()
    expect(await ask(session)).toMatchObject({ refused: 'mail.none' })
    await introduce(session)
    expect(await ask(session)).toMatchObject({ refused: 'send.incomplete' })
    const receiving = receive({ ...needs(), store: createMemoryStore(new Map()), seal })(session)
    const item = newId<ItemId>()
    receiving.begin(item, 0)
    receiving.push(Buffer.from('a report'))
    const sha256 = Buffer.from(receiving.end())
    granted(await receiving.commit([{ id: item, name: 'CANARYFILE.txt', size: 8 }]))
    const receipt = await finish(session)
    expect(await ask(session)).toBeNull()
    expect(await everything()).not.toContain(hexOf(address))
    expect(await look()).toEqual({ owed: 1, failed: 0 })
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    await work()
    const [mail] = server.delivered
    expect(mail?.readers).toEqual([address])
    expect(mail?.text).toContain('1 file arrived')
    expect(mail?.text).toContain('1 फाइल')
    expect(mail?.attachments.map(({ name, type }) => [name, type])).toEqual([
      ['receipt.jws', 'application/jose'],
      ['files.txt', 'text/plain'],
    ])
    expect(mail?.attachments[0]?.content).toBe(receipt)
    expect(mail?.attachments[1]?.content).toContain(`${sha256.toString('hex')}\t8\t${item}`)
    expect(JSON.stringify(mail)).not.toMatch(/CANARY/)
    expect((await ledgers.audit.entriesOf(of)).map(({ action }) => action)).toContain('receipt.asked')
  })

  it('is mailed five times a day at most', async () => {
    const session = await begin()
    await introduce(session)
    await finish(session)
    for (let n = 0; n < 5; n += 1) expect(await ask(session)).toBeNull()
    expect(await ask(session)).toMatchObject({ refused: 'mail.enough' })
    pass(dayMs)
    expect(await ask(session)).toBeNull()
    expect(await look()).toEqual({ owed: 6, failed: 0 })
  })

  it('goes nowhere once the address was taken back, and holds up nobody', async () => {
    const session = await begin()
    await introduce(session)
    await finish(session)
    await ask(session)
    pass(1_000)
    await introduce(session, null)
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    const broken = await begin()
    await introduce(broken)
    await finish(broken)
    await ask(broken)
    await ledger.sql(`update introductions set sealed_words = 'x' where sender_id = '${broken.sender}'`)
    const third = await begin()
    await introduce(third)
    await finish(third)
    await ask(third)
    expect(await look()).toEqual({ owed: 1, failed: 1 })
  })

  it('tells a sender once that their records were opened', async () => {
    const session = await begin()
    await introduce(session, address, 'en')
    await finish(session)
    const reading = {
      action: 'bundle.read',
      actor: { kind: 'grant', id: newId<GrantId>() },
      case: of,
    } as const
    for (let n = 0; n < 2; n += 1) {
      pass(1_000)
      await ledgers.audit.append({ ...reading, object: of, facts: {} }, now)
    }
    expect([await look(), await look()].map(({ owed }) => owed)).toEqual([1, 0])
    await work()
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    expect(server.delivered.map(({ text }) => text)).toEqual([expect.stringContaining('for the first time')])
  })
})

describe('a sender who asks for a new link', () => {
  it('is told of to the desk, once for each asking, and to nobody without an address', async () => {
    const { link } = await mailLink({ mail: null })
    await ledgers.links.askForLink(link, now)
    expect(await look(null)).toEqual({ owed: 0, failed: 0 })
    expect([await look(), await look()].map(({ owed }) => owed)).toEqual([1, 0])
    await work()
    expect(server.delivered.map(({ readers }) => readers)).toEqual([['desk@hospital.example']])
    expect(server.delivered[0]?.text).toContain(`case ending in ${of.slice(-2)}`)
  })
})

describe('without mail', () => {
  it('keeps the words for the desk, sealed, until they are read or dropped', async () => {
    const { url } = await mailLink({ language: 'hi' })
    expect(await work(null)).toEqual([])
    expect(await states()).toEqual(['link kept', 'reminder owed'])
    const secret = url.slice(url.indexOf('#') + 1)
    for (const text of [address, secret]) expect(await everything()).not.toContain(hexOf(text))
    const [letter] = granted(await listLetters(needs())(of))
    expect(letter).toMatchObject({ kind: 'link', state: 'kept', hasWords: true, readAt: null })
    const id = letter?.id ?? newId<LetterId>()
    const read = granted(await readLetter(needs())(id, by))
    expect(read.to).toBe(address)
    expect(read.text).toContain(url)
    expect(read.subject).toMatch(/\p{sc=Devanagari}/u)
    expect((await ledgers.audit.entriesOf(of)).at(-1)).toMatchObject({
      action: 'letter.read',
      actor: { kind: 'operator', id: by },
      object: id,
    })
    expect(await dropLetter(needs())(id, by)).toBeNull()
    expect(await readLetter(needs())(id, by)).toMatchObject({ refused: 'letter.gone' })
    expect(await dropLetter(needs())(id, by)).toMatchObject({ refused: 'letter.gone' })
    expect(await readLetter(needs())(newId<LetterId>(), by)).toMatchObject({ refused: 'letter.not-found' })
    expect(await dropLetter(needs())(newId<LetterId>(), by)).toMatchObject({ refused: 'letter.not-found' })
    expect(await listLetters(needs())(newId<CaseId>())).toMatchObject({ refused: 'case.not-found' })
  })

  it('reminds nobody: whether the desk handed the letter on is not known here', async () => {
    await mailLink()
    await work(null)
    pass(4 * dayMs)
    await work(null)
    expect(await states()).toEqual(['link kept', 'reminder withdrawn'])
  })
})
