/**
 * The access table, asked of a running gateway: every operation by everybody, for a case of their own and another's.
 * Who passes follows from the gate alone, and a gate or an actor that nobody has decided about fails here.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gate, Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { open } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { letIn } from '#fixtures/client/reader.ts'
import { exchange } from '#fixtures/client/sender.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'

let folder: string
let gateway: Gateway
let desk: Desk

type Party = {
  readonly case: string
  readonly sender: string
  readonly reader: string
  /** A reader's token that may only download. */
  readonly download: string
  readonly guest: string
}

const openParty = async (name: string): Promise<Party> => {
  const of = await desk.openCase({ name })
  const { session } = await letIn(gateway.url, desk, of)
  return {
    case: of,
    sender: (await exchange(gateway.url, (await desk.openLink(of)).url)).session,
    reader: (await desk.openGrant(of)).token,
    download: (await desk.openGrant(of, ['case:download'])).token,
    guest: session,
  }
}

let own: Party
let other: Party

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-access-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  own = await openParty('Doe^Jane')
  other = await openParty('Roe^Rita')
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

type Actor =
  | 'nobody'
  | 'somebody with a made-up token'
  | 'the desk'
  | 'the sender'
  | 'the reader'
  | 'the reader who may only download'
  | 'the reader in person'
  | 'the sender of another case'
  | 'the reader of another case'
  | 'the reader in person of another case'

const tokenOf: Readonly<Record<Actor, () => string | undefined>> = {
  nobody: () => undefined,
  'somebody with a made-up token': () => 'x'.repeat(43),
  'the desk': () => desk.token,
  'the sender': () => own.sender,
  'the reader': () => own.reader,
  'the reader who may only download': () => own.download,
  'the reader in person': () => own.guest,
  'the sender of another case': () => other.sender,
  'the reader of another case': () => other.reader,
  'the reader in person of another case': () => other.guest,
}

/** Who passes a gate for a path of `own`; where no case is in the path a session reaches its own case only. */
const passes: Readonly<Record<Exclude<Gate, 'anyone'>, readonly Actor[]>> = {
  operator: ['the desk'],
  sender: ['the sender', 'the sender of another case'],
  reader: ['the reader'],
  guest: ['the reader in person', 'the reader in person of another case'],
}

const passersOf = ({ gate, scope }: Operation): readonly Actor[] | null => {
  if (gate === 'anyone') return null
  const usual = passes[gate]
  return scope === 'case:download' ? [...usual, 'the reader who may only download'] : usual
}

const valueOf = (name: string): string => {
  if (name === 'case') return own.case
  if (name === 'study' || name === 'series' || name === 'instance') return '1.2.3'
  if (name === 'frames') return '1'
  return randomUUID()
}

const urlOf = ({ path }: Operation): string =>
  gateway.url + path.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => valueOf(name))

/** What a gate says; everything else comes from behind it. */
const gateCodes = new Set([
  'session.missing',
  'session.ended',
  'token.missing',
  'token.invalid',
  'token.revoked',
  'token.scope',
  'case.not-found',
])

/** The code of the refusal, or null: the first bytes of any answer tell. Never a body that could have an effect. */
const ask = async (operation: Operation, actor: Actor): Promise<string | null> => {
  const { body, method } = operation
  const json = body !== undefined && 'json' in body
  const token = tokenOf[actor]()
  const answer = await open(urlOf(operation), {
    method,
    ...(token === undefined ? {} : { token }),
    headers: json ? { 'content-type': 'application/json' } : {},
    body: json ? [Buffer.from('[]')] : [],
  })
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json')
  if (!isProblem || method === 'HEAD') {
    answer.destroy()
    return answer.statusCode === 401 ? 'session.missing' : null
  }
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return (JSON.parse(Buffer.concat(pieces).toString('utf8')) as { code: string }).code
}

const gated = Object.entries<Operation>(operations).filter(([, { gate }]) => gate !== 'anyone')
/** It ends the session it is asked with: asked last. */
const ending = new Set(['leaveReading'])

describe('the access table', () => {
  it.each(gated.toSorted(([one], [two]) => Number(ending.has(one)) - Number(ending.has(two))))(
    'lets nobody else: %s',
    async (_name, operation) => {
      const allowed = passersOf(operation)
      expect(allowed).not.toBeNull()
      const wrong: string[] = []
      for (const actor of Object.keys(tokenOf) as Actor[]) {
        const code = await ask(operation, actor)
        const refused = code !== null && gateCodes.has(code)
        if (refused === (allowed ?? []).includes(actor)) wrong.push(`${actor}: ${code ?? 'passed'}`)
      }
      expect(wrong).toEqual([])
    },
  )
})
