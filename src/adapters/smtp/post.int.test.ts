/** SMTP against a real server: TLS or nothing, and no word of a letter in what is thrown. */
import { randomUUID } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { LetterId } from '#domain/id.ts'
import { type MailServer, startMailServer } from '#fixtures/mail/mail-server.ts'
import { postContract } from '#ports/post.contract.ts'
import { createSmtpPost, type SmtpTerms } from './post.ts'

const open: MailServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const start = async (...over: Parameters<typeof startMailServer>): Promise<MailServer> => {
  const server = await startMailServer(...over)
  open.push(server)
  return server
}

const postAt = (server: MailServer, over: Partial<SmtpTerms> = {}) =>
  createSmtpPost({
    url: `smtp://localhost:${server.port}`,
    from: 'desk@hospital.example',
    plain: false,
    ca: server.ca,
    waitMs: 3_000,
    ...over,
  })

postContract('SMTP', async () => {
  const server = await start()
  return { post: postAt(server), answer: server.answer, delivered: () => server.delivered }
})

const letter = {
  id: randomUUID() as LetterId,
  to: 'sender@example.org',
  subject: 'Records CANARY',
  text: 'https://records.example.org/send#CANARY\n',
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Fault ? thrown.code : thrown)
const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

describe('the way to the server', () => {
  it('is in TLS by STARTTLS, with headers a machine should send', async () => {
    const server = await start()
    expect(await postAt(server).send(letter)).toBe('sent')
    expect(server.secured).toEqual([true])
    const headers = new Map(server.delivered[0]?.headers)
    expect(headers.get('from')).toBe('desk@hospital.example')
    expect(headers.get('to')).toBe('sender@example.org')
    expect(headers.get('message-id')).toBe(`<${letter.id}@hospital.example>`)
    expect(headers.get('auto-submitted')).toBe('auto-generated')
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(headers.has('x-mailer')).toBe(false)
    expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000)
  })

  it('is in TLS from the first byte with smtps', async () => {
    const server = await start({ secure: true })
    expect(await postAt(server, { url: `smtps://localhost:${server.port}` }).send(letter)).toBe('sent')
    expect(server.secured).toEqual([true])
  })

  it('ends where no TLS is offered, nobody vouches for it, or it is made out to another name', async () => {
    const server = await start()
    const without = await start({ hideSTARTTLS: true, disabledCommands: ['AUTH', 'STARTTLS'] })
    for (const post of [
      postAt(without),
      createSmtpPost({ url: `smtp://localhost:${server.port}`, from: 'a@b.example', plain: false }),
      postAt(server, { url: `smtp://127.0.0.1:${server.port}` }),
    ])
      expect(codeOf(await thrownBy(post.send(letter)))).toBe('post.unavailable')
    expect([...server.secured, ...without.secured]).toEqual([])
  })

  it('may be in the clear by choice alone', async () => {
    const server = await start({ hideSTARTTLS: true, disabledCommands: ['AUTH', 'STARTTLS'] })
    expect(await postAt(server, { plain: true }).send(letter)).toBe('sent')
    expect(server.secured).toEqual([false])
  })

  it('signs in; a wrong password is no word about the letter', async () => {
    const seen: string[] = []
    const server = await start({
      authOptional: false,
      onAuth: ({ username, password }, _, done) => {
        seen.push(`${username} ${password}`)
        if (password === 'Jq3v/T9x') return done(null, { user: username })
        done(new Error('no'))
      },
    })
    const at = (secret: string) =>
      postAt(server, {
        url: `smtp://desk%40hospital.example:${encodeURIComponent(secret)}@localhost:${server.port}`,
      })
    expect(await at('Jq3v/T9x').send(letter)).toBe('sent')
    expect(codeOf(await thrownBy(at('wrong').send(letter)))).toBe('post.unavailable')
    expect(seen).toEqual(['desk@hospital.example Jq3v/T9x', 'desk@hospital.example wrong'])
  })

  it('is not refused where the no is to us: unknown without a password, or not to send in this name', async () => {
    const locked = await start({ authOptional: false, onAuth: (_, __, done) => done(new Error('no')) })
    const server = await start({
      onMailFrom: (_, __, done) => done(Object.assign(new Error('CANARY'), { responseCode: 553 })),
    })
    for (const at of [locked, server])
      expect(codeOf(await thrownBy(postAt(at).send(letter)))).toBe('post.unavailable')
    const small = await start({
      onMailFrom: (_, __, done) => done(Object.assign(new Error('CANARY'), { responseCode: 552 })),
    })
    expect(await postAt(small).send(letter)).toBe('refused')
  })

  it('is refused by a no after the words, and tried again after a not-now', async () => {
    const answers = [552, 452]
    const server = await start({
      onData: (stream, _, done) => {
        stream.resume()
        stream.on('end', () =>
          done(Object.assign(new Error('CANARY'), { responseCode: answers.shift() ?? 250 })),
        )
      },
    })
    expect(await postAt(server).send(letter)).toBe('refused')
    expect(codeOf(await thrownBy(postAt(server).send(letter)))).toBe('post.unavailable')
  })

  it('does not wait for ever for a server that says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((done) => silent.once('listening', done))
    const { port } = silent.address() as AddressInfo
    const post = createSmtpPost({
      url: `smtp://127.0.0.1:${port}`,
      from: 'a@b.example',
      plain: true,
      waitMs: 300,
    })
    expect(codeOf(await thrownBy(post.send(letter)))).toBe('post.unavailable')
    silent.close()
  })

  it('throws nothing that quotes letter, reader or password', async () => {
    const server = await start()
    server.answer('later')
    const thrown = await thrownBy(postAt(server).send(letter))
    const seen = (error: unknown): string =>
      error instanceof Error
        ? `${error.name} ${error.message} ${JSON.stringify(error)} ${seen(error.cause)}`
        : ''
    expect(seen(thrown)).toContain('post.unavailable')
    expect(seen(thrown)).not.toMatch(/CANARY|example/)
  })
})
