/** The description against the list it is made from, and against the rules of OpenAPI 3.1 that tools trip over. */
import { describe, expect, it } from 'vitest'
import { faultCodes } from '#domain/fault.ts'
import { openApiDocument, refusalsOf } from './openapi.ts'
import type { Operation } from './operation.ts'
import { operations } from './operations.ts'

const document = openApiDocument({ publicUrl: 'https://records.example', statusOf: () => 418 })
const paths = document['paths'] as Record<string, Record<string, Record<string, unknown>>>
const { schemas, securitySchemes } = document['components'] as Record<string, Record<string, unknown>>
const list = Object.entries<Operation>(operations)

describe('openApiDocument', () => {
  it.each(list)('describes %s', (name, operation) => {
    const described = paths[operation.path]?.[operation.method.toLowerCase()]
    expect(described).toMatchObject({ operationId: name, summary: operation.summary })
    const security =
      operation.gate === 'anyone'
        ? []
        : [
            { [operation.gate]: operation.scope === undefined ? [] : [operation.scope] },
            ...(operation.basic === true ? [{ password: [] }] : []),
          ]
    expect(described?.['security']).toEqual(security)
    expect(described?.['requestBody'] !== undefined).toBe(operation.body !== undefined)
    expect(Object.keys(described?.['responses'] as object)).toContain(String(operation.reply.status))
    expect(Object.hasOwn(described?.['responses'] as object, '418')).toBe(refusalsOf(operation).length > 0)
  })

  it('names every path parameter once', () => {
    for (const [path, item] of Object.entries(paths)) {
      const names = (item['parameters'] as unknown as { name: string }[]).map(({ name }) => name)
      expect(names).toEqual(Array.from(path.matchAll(/\{([a-z]+)\}/g), ([, name]) => name))
    }
  })

  it('refers only to what is there, and is plain JSON', () => {
    const text = JSON.stringify(document)
    expect(JSON.parse(text)).toEqual(document)
    const used = Array.from(text.matchAll(/#\/components\/schemas\/(\w+)/g), ([, name]) => name)
    expect(used.length).toBeGreaterThan(20)
    for (const name of used) expect(Object.keys(schemas ?? {})).toContain(name)
    expect(Object.keys(securitySchemes ?? {})).toEqual(['operator', 'sender', 'guest', 'password', 'reader'])
    expect(text).not.toContain('$defs')
  })

  it('closes the list of codes', () => {
    expect(schemas?.['Problem']).toMatchObject({ properties: { code: { enum: [...faultCodes] } } })
  })
})
