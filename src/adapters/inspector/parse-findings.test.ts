/** Findings as a hostile child might write them: patches above all, since they change what a reader is given. */
import { describe, expect, it } from 'vitest'
import { mostPatchBytes, mostPatches } from '#domain/patch.ts'
import type { Findings } from '#ports/inspector.ts'
import { parseFindings } from './parse-findings.ts'
import { writeFindings } from './write-findings.ts'

const size = 1_000
const zeroed = { at: 0, length: 128, bytes: new Uint8Array(0) }
const program: Findings = {
  kind: 'dicom',
  codes: ['PREAMBLE_EXECUTABLE'],
  instance: null,
  facts: {},
  patches: [zeroed],
}

const said = (over: object, of = size) =>
  parseFindings(
    JSON.stringify({ kind: 'dicom', codes: ['PREAMBLE_EXECUTABLE'], instance: null, facts: {}, ...over }),
    of,
  )

describe('patches in findings', () => {
  it('come back as they were written', () => {
    expect(parseFindings(writeFindings(program), size)).toEqual({
      ...program,
      patches: [{ ...zeroed, bytes: Buffer.alloc(0) }],
    })
    const sound: Findings = { ...program, codes: ['PREAMBLE_TIFF'], patches: [] }
    expect(parseFindings(writeFindings(sound), size)).not.toHaveProperty('patches')
  })

  it.each<[string, unknown]>([
    ['none, for a program', undefined],
    ['an empty list, for a program', []],
    ['a part of the preamble', [{ at: 0, length: 64, bytes: '' }]],
    ['a text for the preamble', [{ at: 0, length: 128, bytes: 'TVo=' }]],
    ['more than the preamble', [{ at: 0, length: 129, bytes: '' }]],
    [
      'another place as well',
      [
        { at: 0, length: 128, bytes: '' },
        { at: 500, length: 1, bytes: '' },
      ],
    ],
    ['no list', { at: 0, length: 128, bytes: '' }],
    ['no patch', [null]],
    ['a place as text', [{ at: '0', length: 128, bytes: '' }]],
    ['bytes as a list', [{ at: 0, length: 128, bytes: [] }]],
    ['bytes that are no base64', [{ at: 0, length: 128, bytes: '!' }]],
  ])('are not believed: %s', (_what, patches) => {
    expect(said({ patches: [{ at: 0, length: 128, bytes: '' }] })).not.toBeNull()
    expect(said({ patches })).toBeNull()
  })

  it('are not believed outside the file, nor for a kind that has none', () => {
    const patches = [{ at: 0, length: 128, bytes: '' }]
    expect(said({ patches }, 127)).toBeNull()
    expect(said({ patches, codes: [] })).toBeNull()
    expect(said({ patches, codes: ['PREAMBLE_TIFF'] })).toBeNull()
    for (const kind of ['pdf', 'other']) expect(said({ patches, kind, codes: ['PDF_URI'] })).toBeNull()
  })
})

const told = (patches: unknown, facts: unknown = {}): string =>
  JSON.stringify({ kind: 'picture', codes: [], instance: null, facts, patches })

const patch = (at: number, length: number, bytes = ''): object => ({ at, length, bytes })

describe('patches of pictures', () => {
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

it('what a directory needs of a report is believed field by field', () => {
  const record = {
    contentDate: '20260102',
    verification: 'VERIFIED',
    conceptName: { value: '1', scheme: 'LN', meaning: 'रिपोर्ट', more: 1 },
    plan: 'A',
  }
  const read = parseFindings(
    JSON.stringify({ kind: 'dicom', codes: [], instance: null, facts: { record: { ...record, more: 1 } } }),
    size,
  )
  expect(read?.facts).toEqual({
    record: { ...record, conceptName: { value: '1', scheme: 'LN', meaning: 'रिपोर्ट' } },
  })
})

it.each([
  ['a record that is none', { record: 'x' }],
  ['a record with a number', { record: { plan: 1 } }],
  ['a title without its meaning', { record: { conceptName: { value: '1', scheme: 'LN' } } }],
  ['a label with a line break', { record: { label: 'A\nB' } }],
  ['another media type', { mediaType: 'text/html' }],
  ['no width', { width: 0 }],
  ['an orientation of 9', { orientation: 9 }],
])('%s is not believed', (_name, facts) => {
  expect(parseFindings(told([], facts), size)).toBeNull()
})
