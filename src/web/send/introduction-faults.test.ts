/** Introductions: what is missing is told field by field, and what people really write passes. */
import { describe, expect, it } from 'vitest'
import { introductionFaults } from './introduction-faults.ts'
import type { Introduction } from './scene.ts'

const draft = (changes: Partial<Introduction> = {}): Introduction => ({
  name: 'आशा देशपांडे',
  role: 'family',
  mail: 'asha.d+records@example.co.in',
  phone: '',
  agreed: true,
  ...changes,
})

describe('introductionFaults', () => {
  it.each([{}, { mail: '', phone: '+91 (20) 2612-3456' }, { phone: '020 2612 3456' }])(
    'finds nothing in %j',
    (changes) => {
      expect(introductionFaults(draft(changes))).toEqual([])
    },
  )

  it.each([
    [{ name: '  ' }, ['name-empty']],
    [{ name: 'x'.repeat(201) }, ['name-long']],
    [{ mail: 'asha@example' }, ['mail-form']],
    [{ mail: 'asha example.org' }, ['mail-form']],
    [{ phone: 'at home' }, ['phone-form']],
    [{ mail: '', phone: '' }, ['reach-empty']],
    [{ agreed: false }, ['not-agreed']],
    [{ name: '', mail: 'x', agreed: false }, ['name-empty', 'mail-form', 'not-agreed']],
  ] as const)('finds in %j what is wrong', (changes, faults) => {
    expect(introductionFaults(draft(changes))).toEqual(faults)
  })
})
