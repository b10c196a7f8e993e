/** The access table against the contract: each operation once, with the same method, path and gate. */
import { describe, expect, it } from 'vitest'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { noPages } from '#ports/pages.ts'
import { type HttpNeeds, served } from './app.ts'
import { routes } from './routes.ts'

const table: Record<string, readonly [string, string, string, unknown]> = routes({
  publicUrl: 'https://records.example',
  institution: 'A desk',
  contact: 'its telephone',
  pages: noPages,
} as HttpNeeds)
const list = Object.entries<Operation>(operations)

describe('the access table', () => {
  it.each(list)('has %s as the contract says', (name, { method, path, gate, scope }) => {
    expect(table[name]?.slice(0, 3)).toEqual([method, path, scope ?? gate])
  })

  it('has none more, and no address twice', () => {
    expect(Object.keys(table).toSorted()).toEqual(Object.keys(operations).toSorted())
    expect(new Set(list.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(list.length)
  })

  it('lets a stranger do only these', () => {
    const open = Object.values(table).filter(([, , gate]) => gate === 'anyone')
    expect(open.map(([method, path]) => `${method} ${path}`).toSorted()).toEqual([
      'GET /',
      'GET /.well-known/jwks.json',
      'GET /api/openapi.json',
      'GET /assets/{asset}',
      'GET /dicomweb/conformance',
      'GET /healthz',
      'GET /read',
      'GET /readyz',
      'GET /send',
      'OPTIONS /dicomweb/',
      'POST /api/operator/sign-in',
      'POST /api/read/enter',
      'POST /api/send/ask-link',
      'POST /api/send/exchange',
      'POST /api/send/look',
      'POST /send/files',
    ])
  })

  it('shows an edge nothing of the portal, and the other way round', () => {
    const edge = served(new Set(['intake'])).map(([, { path }]) => path)
    expect(edge.filter((path) => /^\/api\/(cases|links|asked-links|grants|operator)/.test(path))).toEqual([])
    const portal = served(new Set(['portal'])).map(([, { path }]) => path)
    expect(portal.filter((path) => /^(\/api)?\/send/.test(path))).toEqual([])
    expect(edge.length + portal.length).toBe(list.length + 5)
  })
})
