/** What the shapes take and refuse, as tables. */
import { describe, expect, it } from 'vitest'
import { caseDetails, openGrantRequest, openLinkRequest, signInRequest } from './desk.ts'
import { exchangeRequest, finishRequest, planRequest } from './send.ts'

const id = '00000000-0000-4000-8000-000000000000'
const file = { path: 'CD/IMG1', size: 1, modified: null }

describe('requests', () => {
  it.each([
    ['a case', caseDetails, { patient: { name: 'आशा' } }],
    [
      'a case in full',
      caseDetails,
      {
        patient: { name: 'A', birthDate: '2000-02-29', sex: 'O', id: '17', issuer: 'B', pseudonymous: false },
        question: 'a\n\tb',
      },
    ],
    ['a case of somebody unknown', caseDetails, { patient: {} }],
    ['a plan', planRequest, { files: [file, { path: 'b', size: 0 }] }],
    [
      'a link',
      openLinkRequest,
      { role: 'family', name: 'A', days: 30, maxUses: 1, check: 'birth-date', language: 'mr' },
    ],
    ['a grant', openGrantRequest, { scopes: ['case:read', 'case:download'], seconds: 600 }],
    ['an exchange', exchangeRequest, { link: 'a.b-_.c', code: 'abcd efgh' }],
    ['an end', finishRequest, { without: [id] }],
    ['an empty end', finishRequest, {}],
    ['a sign-in', signInRequest, { code: 'abc_-' }],
  ])('take %s', (_, schema, value) => {
    expect(schema.safeParse(value).error).toBeUndefined()
  })

  it.each([
    ['a case without a patient', caseDetails, {}],
    ['a nameless patient', caseDetails, { patient: { name: '' } }],
    ['a name of two lines', caseDetails, { patient: { name: 'a\nb' } }],
    ['a day that never was', caseDetails, { patient: { name: 'A', birthDate: '2001-02-29' } }],
    ['an unknown sex', caseDetails, { patient: { name: 'A', sex: 'x' } }],
    ['a question with an escape', caseDetails, { patient: { name: 'A' }, question: '\u001b[2J' }],
    ['a question too long', caseDetails, { patient: { name: 'A' }, question: 'a'.repeat(4_001) }],
    ['a plan of nothing', planRequest, { files: [] }],
    ['a plan of too many', planRequest, { files: Array.from({ length: 5_001 }, () => file) }],
    ['a file of less than nothing', planRequest, { files: [{ ...file, size: -1 }] }],
    ['a file of a fraction', planRequest, { files: [{ ...file, size: 0.5 }] }],
    ['a file beyond all', planRequest, { files: [{ ...file, size: 2 ** 41 }] }],
    ['a path too long', planRequest, { files: [{ ...file, path: 'a'.repeat(1_025) }] }],
    ['a time that is text', planRequest, { files: [{ ...file, modified: '0' }] }],
    ['a link for ever', openLinkRequest, { role: 'patient', name: 'A', days: 31 }],
    ['a link for nobody', openLinkRequest, { role: 'stranger', name: 'A' }],
    ['a link without uses', openLinkRequest, { role: 'patient', name: 'A', maxUses: 0 }],
    ['a grant for nothing', openGrantRequest, { scopes: [] }],
    ['a grant for all', openGrantRequest, { scopes: ['*'] }],
    ['a grant for hours', openGrantRequest, { scopes: ['case:read'], seconds: 601 }],
    ['a token with spaces', exchangeRequest, { link: 'a b' }],
    ['a token too long', exchangeRequest, { link: 'a'.repeat(2_049) }],
    ['an id in capitals', finishRequest, { without: [id.replaceAll('0', 'A')] }],
    ['a member too many', signInRequest, { code: 'a', admin: true }],
  ])('refuse %s', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(false)
  })
})
