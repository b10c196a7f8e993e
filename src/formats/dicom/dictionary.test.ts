/** The table of types against some of PS3.6 by heart, and against itself. */
import { expect, it } from 'vitest'
import { isKnownVr } from '#domain/dicom/value-representation.ts'
import { vrOfTag } from './dictionary.ts'
import { tags } from './facts.ts'

it.each([
  [0x00080005, 'CS'],
  [0x00080018, 'UI'],
  [0x00081140, 'SQ'],
  [0x00100010, 'PN'],
  [0x00100030, 'DA'],
  [0x00180050, 'DS'],
  [0x00200013, 'IS'],
  [0x00280009, 'AT'],
  [0x00280010, 'US'],
  [0x00281201, 'OW'],
  [0x00420011, 'OB'],
  [0x00080000, 'UL'],
  [0x00203105, 'CS'],
  [0x00090010, 'LO'],
  [0x00091001, 'UN'],
  [0x00081234, 'UN'],
  [0x52009230, 'SQ'],
  [0x60000010, 'US'],
  [0x60023000, 'OW'],
  [0x7fe00001, 'OV'],
  [0x7fe00010, 'OW'],
])('%i is %s', (tag, vr) => {
  expect(vrOfTag(tag, false)).toBe(vr)
})

it('has signed numbers where the header says so', () => {
  expect(vrOfTag(0x00280106, true)).toBe('SS')
  expect(vrOfTag(0x00280106, false)).toBe('US')
  expect(vrOfTag(0x00280010, true)).toBe('US')
})

it('knows what the index reads', () => {
  for (const tag of Object.values(tags)) {
    expect(vrOfTag(tag, false)).not.toBe('UN')
    expect(isKnownVr(vrOfTag(tag, false))).toBe(true)
  }
})
