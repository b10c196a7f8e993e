/** Readiness as strangers and operators read it, and the addresses that are believed behind proxies. */
import { afterEach, describe, expect, it } from 'vitest'
import { refuse } from '#domain/fault.ts'
import type { Tracing } from '#ports/tracing.ts'
import type { HttpNeeds } from './app.ts'
import { createDoor } from './door.ts'
import { knowOperators } from './gates/known-operators.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'

let stage: Rehearsal | null = null
const begin = async (needs: Partial<HttpNeeds> = {}): Promise<Rehearsal> => {
  stage = await rehearse(needs)
  return stage
}
afterEach(async () => {
  await stage?.close()
  stage = null
})

const halfDown = {
  ready: false,
  dependencies: [
    { name: 'ledger', up: false, words: 'Start it.' },
    { name: 'store', up: true, words: null },
  ],
} as const

const ask = async (url: string, token?: string): Promise<[number, unknown]> => {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const reply = await fetch(`${url}/readyz`, { headers })
  return [reply.status, await reply.json()]
}

describe('readiness', () => {
  it('is one word for strangers and the whole story for an operator', async () => {
    const { url } = await begin({ seeReady: async () => halfDown })
    expect(await ask(url)).toEqual([503, { status: 'not-ready' }])
    expect(await ask(url, 'wrong')).toEqual([503, { status: 'not-ready' }])
    expect(await ask(url, 'operator')).toEqual([
      503,
      { status: 'not-ready', dependencies: halfDown.dependencies },
    ])
  })

  it('is 200 when all is well', async () => {
    const { url } = await begin()
    expect(await ask(url)).toEqual([200, { status: 'ready' }])
  })

  it('ends at once when the server is to stop; the process is healthy still', async () => {
    const door = createDoor()
    const { url } = await begin({ door })
    await door.close()
    expect(await ask(url)).toEqual([503, { status: 'stopping' }])
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const other = await fetch(`${url}/api/cases`, { method: 'POST', body: 'x'.repeat(100_000) })
    expect([other.status, other.headers.get('retry-after'), other.headers.get('connection')]).toEqual([
      503,
      '2',
      'close',
    ])
  })
})

describe('operators whose ledger is down', () => {
  const hash = (token: string) => Buffer.from(token)

  it('are believed when they were known before, and nobody else is', async () => {
    let ask = async (token: string): Promise<boolean> => token === 'real'
    const isOperator = knowOperators((token) => ask(token), { hash })
    expect([await isOperator('real'), await isOperator('guess')]).toEqual([true, false])
    ask = () => Promise.reject(new Error('ledger.unavailable'))
    expect([await isOperator('real'), await isOperator('guess')]).toEqual([true, false])
    ask = async () => false
    expect(await isOperator('real')).toBe(false)
    ask = () => Promise.reject(new Error('ledger.unavailable'))
    expect(await isOperator('real')).toBe(false)
  })
})

describe('behind proxies', () => {
  const statuses = async (proxies: number): Promise<Set<number>> => {
    const { url } = await begin({ proxies, exchangeLink: async () => refuse('link.invalid') })
    const seen = new Set<number>()
    for (let round = 0; round < 32; round += 1) {
      const reply = await fetch(`${url}/api/send/exchange`, {
        method: 'POST',
        body: '{"link":"a.b.c"}',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.0.0.${round}` },
      })
      seen.add(reply.status)
      await reply.arrayBuffer()
    }
    return seen
  }

  it('tries are counted by the client’s own address', async () => {
    expect(await statuses(1)).toEqual(new Set([404]))
  })
})

describe('spans', () => {
  it('hold the pattern, method and status of a request, and nothing else', async () => {
    const ended: unknown[] = []
    const tracing: Tracing = {
      begin: (name, facts) => ({
        within: (work) => work(),
        end: (last, failed) => ended.push([name, facts, last, failed]),
      }),
    }
    const { url } = await begin({ tracing })
    await fetch(`${url}/api/cases/4f2c9d1e-0000-4000-8000-000000000000?name=Asha`)
    await expect.poll(() => ended.length).toBe(1)
    expect(ended).toEqual([
      ['request', { method: 'GET' }, { route: '/api/cases/:case', method: 'GET', status: 401 }, false],
    ])
  })
})
