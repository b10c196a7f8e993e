/** What clients write in `Accept`, and what they get for it. */
import { describe, expect, it } from 'vitest'
import { chooseFiles, chooseJson, chooseParts, readAccept } from './accept.ts'

const explicit = '1.2.840.10008.1.2.1'
const jpeg2000 = '1.2.840.10008.1.2.4.90'

describe('an Accept field', () => {
  it.each([
    [undefined, ['*/*']],
    ['', ['*/*']],
    ['text/html;q=0.2, application/json, */*;q=0', ['application/json', 'text/html']],
    ['nonsense, image/png', ['image/png']],
    ['a/b;x="1,2;3", c/d', ['a/b', 'c/d']],
    [`a/b;x="${'y'.repeat(5_000)}"`, []],
  ])('%j is read as %j', (field, types) => {
    expect(readAccept(field).map(({ type }) => type)).toEqual(types)
  })

  it('has its parameters quoted or bare', () => {
    const [quoted, bare] = readAccept(
      'multipart/related; type="application/dicom"; Transfer-Syntax="*",multipart/related;type=application/dicom;transfer-syntax=*',
    )
    expect(quoted?.parameters).toEqual(bare?.parameters)
    expect(quoted?.parameters.get('transfer-syntax')).toBe('*')
  })
})

describe('whole files', () => {
  it.each([
    ['*/*', [explicit], 'multipart'],
    ['multipart/related', [explicit], 'multipart'],
    ['application/dicom', [explicit], 'single'],
    ['application/dicom', [explicit, explicit], null],
    ['application/dicom; transfer-syntax=*', [jpeg2000], 'single'],
    ['multipart/related; type="application/dicom"', [explicit, jpeg2000], 'multipart'],
    [`multipart/related; type="application/dicom"; transfer-syntax=${explicit}`, [explicit, jpeg2000], null],
    [`multipart/related; type="application/dicom"; transfer-syntax=${explicit}`, [explicit], 'multipart'],
    ['multipart/related; type="application/octet-stream"', [explicit], null],
    ['multipart/mixed', [explicit], null],
  ])('for %s, stored as %j: %s', (field, stored, form) => {
    expect(chooseFiles(readAccept(field), stored)).toBe(form)
  })
})

describe('JSON', () => {
  it.each([
    ['*/*', 'application/dicom+json'],
    ['application/*', 'application/dicom+json'],
    ['application/dicom+json, application/json', 'application/dicom+json'],
    ['application/json', 'application/json'],
    ['text/html, image/png', null],
  ])('for %s: %s', (field, type) => {
    expect(chooseJson(readAccept(field))).toBe(type)
  })
})

describe('frames', () => {
  const native = { type: 'application/octet-stream', stored: explicit, count: 1 }
  const packed = { type: 'image/jp2', stored: jpeg2000, count: 1 }
  it.each([
    ['*/*', native, ['multipart', 'application/octet-stream']],
    ['*/*', packed, ['multipart', 'image/jp2']],
    ['image/*', packed, ['single', 'image/jp2']],
    ['image/jp2', { ...packed, count: 2 }, null],
    ['multipart/related; type="image/jp2"', { ...packed, count: 2 }, ['multipart', 'image/jp2']],
    [
      'multipart/related; type=image/jls, multipart/related; type=image/jp2',
      packed,
      ['multipart', 'image/jp2'],
    ],
    ['multipart/related; type="application/octet-stream"', native, ['multipart', 'application/octet-stream']],
    ['multipart/related; type="application/octet-stream"', packed, null],
    [
      'multipart/related; type="application/octet-stream"; transfer-syntax=*',
      packed,
      ['multipart', 'application/octet-stream'],
    ],
    [`application/octet-stream; transfer-syntax=${explicit}`, packed, null],
    [`application/octet-stream; transfer-syntax=${jpeg2000}`, packed, ['single', 'application/octet-stream']],
    ['image/x-dicom-rle', { ...packed, type: 'image/dicom-rle' }, ['single', 'image/dicom-rle']],
    ['image/png', packed, null],
  ] as const)('for %s of %j: %j', (field, stored, chosen) => {
    const found = chooseParts(readAccept(field), stored)
    expect(found === null ? null : [found.form, found.type]).toEqual(chosen)
  })
})
