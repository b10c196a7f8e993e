/** Searching over HTTP: who may, in which words, and that the words stand in the body alone. */
import { afterEach, describe, expect, it } from 'vitest'
import { refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { actors, newId, type Rehearsal, rehearse } from '#http/rehearsal.ts'

let stage: Rehearsal | null = null
afterEach(async () => {
  await stage?.close()
  stage = null
})

const item = newId<ItemId>()
const asked: string[] = []

const begin = async (): Promise<string> => {
  asked.length = 0
  stage = await rehearse({
    searchCase: async (_, query) => {
      asked.push(query)
      return query === '--'
        ? refuse('request.invalid')
        : { items: [{ item, snippets: ['… a nodule …'] }], more: false, documents: 3, withoutText: 1 }
    },
  })
  return `${stage.url}/api/cases/${actors.session.case}/search`
}

const post = (url: string, body: unknown, token = 'reader') =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('search', () => {
  it('answers with snippets, and with how many documents only a person can read', async () => {
    const reply = await post(await begin(), { text: 'nodule गाठ' }, 'reader.case-read')
    expect(reply.status).toBe(200)
    expect(reply.headers.get('cache-control')).toContain('no-store')
    expect(await reply.json()).toEqual({
      items: [{ item, snippets: ['… a nodule …'] }],
      more: false,
      documents: 3,
      withoutText: 1,
    })
    expect(asked).toEqual(['nodule गाठ'])
  })

  it.each([
    [{}],
    [{ text: '' }],
    [{ text: 'x'.repeat(201) }],
    [{ text: 'a\u0000' }],
    [{ text: 'a', of: 'b' }],
  ])('refuses %j', async (body) => {
    expect((await post(await begin(), body)).status).toBe(400)
    expect(asked).toEqual([])
  })

  it('refuses what holds nothing to look for, another scope, another case and a GET', async () => {
    const url = await begin()
    expect((await post(url, { text: '--' })).status).toBe(400)
    expect((await post(url, { text: 'a' }, 'reader.case-download')).status).toBe(403)
    expect((await post(url.replace(actors.session.case, newId()), { text: 'a' })).status).toBe(404)
    expect((await fetch(`${url}?text=a`, { headers: { authorization: 'Bearer reader' } })).status).not.toBe(
      200,
    )
    expect(asked).toEqual(['--'])
  })

  it('tells its journal no word of it', async () => {
    await post(await begin(), { text: 'nodule' })
    expect(JSON.stringify(stage?.notes)).not.toContain('nodule')
  })
})
