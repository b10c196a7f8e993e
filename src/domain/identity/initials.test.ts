/** Names from several scripts and the letters that may be shown of them. */
import { assert, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { initialsOf } from './initials.ts'

it.each<[string | undefined, string | null]>([
  ['Jane Doe', 'JD'],
  ['Doe^Jane', 'JD'],
  ['doe^jane^maria', 'JD'],
  ['Dr. Anna von Weiß', 'AW'],
  ['Le Van An', 'LA'],
  ['Dr. Doe', 'D'],
  ['Lê^Văn^An', 'VL'],
  ['Jane Maria Doe', 'JD'],
  ['Doe', 'D'],
  ['^Jane', 'J'],
  ['Müller-Lüdenscheidt^Eva', 'EM'],
  ['O’Brien^Sean', 'SO'],
  ['E\u0301mile Zola', 'ÉZ'],
  ['ßen^łukasz', 'Łß'],
  ['आशा शर्मा', 'आश'],
  ['शर्मा^दीपा', 'दीश'],
  ['क्षितिज जोशी', 'क्षिजो'],
  ['Sharma^Asha=शर्मा^आशा', 'AS'],
  ['=山田^太郎', '太山'],
  ['ANONYMOUS', null],
  ['12345', null],
  ['', null],
  [undefined, null],
])('of %s are %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})

it('never show more than two letters, whatever the name holds', () => {
  const letters = new Intl.Segmenter('und', { granularity: 'grapheme' })
  assert(
    property(string({ unit: 'binary', maxLength: 200 }), (name) => {
      expect([...letters.segment(initialsOf(name) ?? '')].length).toBeLessThanOrEqual(2)
    }),
    { numRuns: 500 },
  )
})
