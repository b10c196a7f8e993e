import { describe, expect, it } from 'vitest'
import { mostPatchBytes, mostPatches } from '#domain/patch.ts'
import { writeFindings } from './examine.ts'
import { parseFindings } from './parse-findings.ts'

const size = 1_000

const told = (patches: unknown, facts: unknown = {}): string =>
  JSON.stringify({ kind: 'picture', codes: [], instance: null, facts, patches })

const patch = (at: number, length: number, bytes = ''): object => ({ at, length, bytes })

describe('patches', () => {
  it('come out of JSON as they went in', () => {
    const patches = [
      { at: 0, length: 3, bytes: Buffer.from([1, 2]) },
      { at: 3, length: size - 3, bytes: Buffer.alloc(0) },
    ]
    const facts = { mediaType: 'image/png', width: 3, height: 4, orientation: 6 }
    const findings = { kind: 'picture', codes: [], instance: null, facts, patches } as const
    expect(parseFindings(writeFindings(findings), size)).toEqual(findings)
    expect(parseFindings(told(undefined), size)).not.toHaveProperty('patches')
  })

  it.each([
    ['no list', {}],
    ['too many', Array.from({ length: mostPatches + 1 }, (_, at) => patch(at, 1))],
    ['behind the end', [patch(size - 1, 2)]],
    ['before the start', [patch(-1, 2)]],
    ['of no length', [patch(1, 0)]],
    ['at half a byte', [patch(1.5, 1)]],
    ['out of order', [patch(5, 1), patch(1, 1)]],
    ['overlapping', [patch(1, 5), patch(5, 1)]],
    ['longer than what they replace', [patch(1, 1, 'AAAA')]],
    ['longer than a patch may be', [patch(1, 200, Buffer.alloc(mostPatchBytes + 1).toString('base64'))]],
    ['without bytes', [{ at: 1, length: 1 }]],
  ])('that are %s are not believed', (_name, patches) => {
    expect(parseFindings(told(patches), size)).toBeNull()
  })
})

it.each([
  ['another media type', { mediaType: 'text/html' }],
  ['no width', { width: 0 }],
  ['an orientation of 9', { orientation: 9 }],
])('%s is not believed', (_name, facts) => {
  expect(parseFindings(told([], facts), size)).toBeNull()
})
