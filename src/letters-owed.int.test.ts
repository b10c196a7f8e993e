/** Letters that are found by looking: receipts that were asked for, the first reading, a link that somebody waits for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryStore } from '#adapters/memory/object-store.ts'
import { currentConsent } from '#domain/consent.ts'
import type { CaseId, GrantId, ItemId } from '#domain/id.ts'
import { canaryAddress, hexOf, openLetterRiver } from '#fixtures/mail/letter-river.ts'
import type { MailServer } from '#fixtures/mail/mail-server.ts'
import { granted, type LedgersUnderTest, newId } from '#ports/ledgers.contract.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import { exchangeLink } from '#steps/exchange-link.ts'
import { finishSend } from '#steps/finish-send.ts'
import { introduce as introduceSender } from '#steps/introduce.ts'
import { mailReceipt } from '#steps/mail-receipt.ts'
import { oweLetters } from '#steps/owe-letters.ts'
import { receive } from '#steps/receive.ts'

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

const introduce = async (
  session: SenderSession,
  mail: string | null = address,
  language: 'en' | 'mr' = 'mr',
) =>
  granted(
    await introduceSender(river.needs())(session, {
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
  const { url } = await river.mailLink({ mail: null })
  const begun = granted(await exchangeLink(river.needs())(url.slice(url.indexOf('#') + 1), undefined))
  return begun.session
}

const look = (deskMail: string | null = 'desk@hospital.example') =>
  oweLetters({ ...river.needs(), deskMail })()

describe('a receipt by mail', () => {
  const finish = async (session: SenderSession): Promise<string> =>
    granted(await finishSend(river.needs())(session, [])).receipt
  const ask = (session: SenderSession) => mailReceipt(river.needs())(session)

  it('goes to the address of the introduction, with the list of what arrived', async () => {
    const session = await begin()
    expect(await ask(session)).toMatchObject({ refused: 'mail.none' })
    await introduce(session)
    expect(await ask(session)).toMatchObject({ refused: 'send.incomplete' })
    const receiving = receive({ ...river.needs(), store: createMemoryStore(new Map()) })(session)
    const item = newId<ItemId>()
    receiving.begin(item, 0)
    receiving.push(Buffer.from('a report'))
    const sha256 = Buffer.from(receiving.end())
    granted(await receiving.commit([{ id: item, name: 'CANARYFILE.txt', size: 8 }]))
    const receipt = await finish(session)
    expect(await ask(session)).toBeNull()
    expect(await river.everything()).not.toContain(hexOf(address))
    expect(await look()).toEqual({ owed: 1, failed: 0 })
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    await river.work()
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
    river.pass(dayMs)
    expect(await ask(session)).toBeNull()
    expect(await look()).toEqual({ owed: 6, failed: 0 })
  })

  it('goes nowhere once the address was taken back, and holds up nobody', async () => {
    const session = await begin()
    await introduce(session)
    await finish(session)
    await ask(session)
    river.pass(1_000)
    await introduce(session, null)
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    const broken = await begin()
    await introduce(broken)
    await finish(broken)
    await ask(broken)
    await river.sql(`update introductions set sealed_words = 'x' where sender_id = '${broken.sender}'`)
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
      river.pass(1_000)
      await ledgers.audit.append({ ...reading, object: of, facts: {} }, river.clock.now())
    }
    expect([await look(), await look()].map(({ owed }) => owed)).toEqual([1, 0])
    await river.work()
    expect(await look()).toEqual({ owed: 0, failed: 0 })
    expect(server.delivered.map(({ text }) => text)).toEqual([expect.stringContaining('for the first time')])
  })
})

describe('a sender who asks for a new link', () => {
  it('is told of to the desk, once for each asking, and to nobody without an address', async () => {
    const { link } = await river.mailLink({ mail: null })
    await ledgers.links.askForLink(link, river.clock.now())
    expect(await look(null)).toEqual({ owed: 0, failed: 0 })
    expect([await look(), await look()].map(({ owed }) => owed)).toEqual([1, 0])
    await river.work()
    expect(server.delivered.map(({ readers }) => readers)).toEqual([['desk@hospital.example']])
    expect(server.delivered[0]?.text).toContain(`case ending in ${of.slice(-2)}`)
  })
})
