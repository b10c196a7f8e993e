import { describe, expect, it } from 'vitest'
import { isMailAddress, letterMachine, letterPause, letterStates, letterTries } from './letter.ts'

describe('letters', () => {
  it('end in one move and stay there', () => {
    expect(letterMachine.states).toEqual([...letterStates])
    for (const state of letterStates)
      for (const to of letterStates)
        expect(letterMachine.may(state, to)).toBe(state === 'owed' && to !== 'owed')
  })

  it('are tried for more than a day, first after a minute', () => {
    const pauses = Array.from({ length: letterTries - 1 }, (_, n) => letterPause(n + 1) / 60_000)
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8])
    expect(Math.max(...pauses)).toBe(360)
    expect(pauses.reduce((sum, pause) => sum + pause, 0) / 60).toBeGreaterThan(18)
  })
})

describe('an address', () => {
  it.each(['a@example.org', 'first.last+tag@mail.example.co.in', 'a@localhost', "o'neil@example.org"])(
    'is %s',
    (text) => {
      expect(isMailAddress(text)).toBe(true)
    },
  )

  it.each([
    '',
    'a',
    '@example.org',
    'a@',
    'a b@example.org',
    'a@example.org, b@example.org',
    'A <a@example.org>',
    'a@example.org\r\nBcc: b@example.org',
    'a@example.org\n',
    'a@b@example.org',
    '"a b"@example.org',
    'a@exam ple.org',
    'a@[127.0.0.1]',
    'group:a@example.org;',
    'a(b)@example.org',
    'a\u2028@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(260)}.org`,
    'a@example.org-',
  ])('is not %j', (text) => {
    expect(isMailAddress(text)).toBe(false)
  })
})
