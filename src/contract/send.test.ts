/** What a sender may say of themselves is what letters can be written with. */
import { expect, it } from 'vitest'
import { currentConsent } from '#domain/consent.ts'
import { introduceRequest, plainSendFields } from './send.ts'

const said = { name: 'Asha', role: 'family', language: 'en', consent: currentConsent }
const form = { ...said, lang: 'en', link: 'a.b.c' }
const tooLong = `${'a'.repeat(65)}@example.org`

it.each([
  ['asha@example.org', true],
  [tooLong, false],
  ['Asha <asha@example.org>', false],
])('an address that no letter could go to is refused where it is typed: %s', (mail, taken) => {
  expect(introduceRequest.safeParse({ ...said, mail }).success).toBe(taken)
  expect(plainSendFields.safeParse({ ...form, mail }).success).toBe(taken)
})
