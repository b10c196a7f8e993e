/** Every kind in every language: all places filled, none unknown, every fact used, nothing of a patient but initials. */
import { describe, expect, it } from 'vitest'
import { languages } from '#domain/language.ts'
import { letterKinds } from '#domain/letter.ts'
import { linkChecks } from '#domain/link.ts'
import {
  composeLetter,
  composeSheet,
  fill,
  type LetterMatters,
  letterWords,
  sayTime,
} from './compose-letter.ts'

const at = new Date('2026-12-03T12:30:00.000Z')
const until = new Date('2026-12-31T18:29:00.000Z')
const url = 'https://records.example.org/send#eyJ0b2tlbiI'
const subject = {
  institution: 'Tata Memorial',
  contact: '+91 22 1234 5678',
  initials: 'JD',
  lastTwo: 'a7',
}

const matters: { readonly [M in LetterMatters as M['kind']]: M } = {
  link: { kind: 'link', url, until, check: 'code' },
  'renewed-link': { kind: 'renewed-link', url, until, check: 'birth-date' },
  receipt: { kind: 'receipt', at, files: 2, number: '0A1B2-C3D4E' },
  reminder: { kind: 'reminder', at, until },
  opened: { kind: 'opened', at },
  'link-asked': { kind: 'link-asked', at },
}

const placesOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].toSorted()

const textOf = (language: (typeof languages)[number], kind: (typeof letterKinds)[number]): string => {
  const { subject: line, body } = letterWords[language].letters[kind]
  return [line, ...body].join('\n')
}

describe('letters', () => {
  it.each(letterKinds)('%s has the same places in every language', (kind) => {
    const places = placesOf(textOf('en', kind))
    expect(places.length).toBeGreaterThan(1)
    for (const language of languages) expect(placesOf(textOf(language, kind))).toEqual(places)
  })

  it('the rest of the words has the same places in every language, and none is empty', () => {
    for (const language of languages) {
      const { sheet, files, patient, checks, letters } = letterWords[language]
      expect(placesOf(letterWords[language].moment)).toEqual(['clock', 'day'])
      expect(placesOf(JSON.stringify(sheet))).toEqual(placesOf(JSON.stringify(letterWords.en.sheet)))
      for (const key of ['title', 'about', 'until', 'code', 'contact'] as const)
        expect(placesOf(sheet[key])).toEqual(placesOf(letterWords.en.sheet[key]))
      expect([placesOf(files.one), placesOf(files.other)]).toEqual([['count'], ['count']])
      expect([placesOf(patient.known), placesOf(patient.unknown)]).toEqual([
        ['initials', 'lastTwo'],
        ['lastTwo'],
      ])
      expect(linkChecks.filter((check) => checks[check] === '')).toEqual(['none'])
      const all = Object.values(letters).flatMap(({ subject: line, body }) => [line, ...body])
      expect(all.every((sentence) => sentence.trim() !== '' && sentence.trim() === sentence)).toBe(true)
    }
  })

  it.each(letterKinds)('%s is written in the reader’s language and then in English', (kind) => {
    const english = composeLetter(matters[kind], subject, 'en')
    expect(english.text).not.toMatch(/\p{sc=Devanagari}|[{}]/u)
    for (const language of ['hi', 'mr'] as const) {
      const { subject: line, text } = composeLetter(matters[kind], subject, language)
      expect(text).not.toMatch(/[{}]/)
      const [own = '', also] = text.split('\n* * *\n\n')
      expect(also).toBe(english.text)
      expect(own).toMatch(/\p{sc=Devanagari}{3}/u)
      expect(line).toContain(` / ${english.subject}`)
      expect(`${own}${line}`).not.toMatch(/[०-९]/)
    }
  })

  it.each(letterKinds)('%s uses every fact it is given', (kind) => {
    for (const language of languages) {
      const { text } = composeLetter(matters[kind], subject, language)
      const matter = matters[kind]
      const facts = [
        'JD',
        'a7',
        ...('at' in matter ? [sayTime(at, language)] : []),
        ...('until' in matter ? [sayTime(until, language)] : []),
        ...('url' in matter ? [`\n${url}\n`] : []),
        ...('check' in matter ? [letterWords[language].checks[matter.check]] : []),
        ...(kind === 'link-asked' ? [] : [subject.contact]),
      ]
      for (const fact of facts) expect(text).toContain(fact)
    }
  })

  it('says nothing of an absent check, and of a patient without initials', () => {
    const { text } = composeLetter({ ...matters.link, check: 'none' }, { ...subject, initials: null }, 'en')
    expect(text).not.toMatch(/\n\n\n/)
    expect(text).toContain('of a patient (case ending in a7)')
  })

  it('counts as each language does', () => {
    const say = (files: number, language: (typeof languages)[number]) =>
      composeLetter({ ...matters.receipt, files }, subject, language).text
    expect(say(1, 'en')).toContain('1 file arrived')
    expect(say(1204, 'en')).toContain('1,204 files arrived')
    expect(say(1, 'hi')).toContain('1 फ़ाइल ')
    expect(say(120_400, 'hi')).toContain('1,20,400 फ़ाइलें')
    expect(say(2, 'mr')).toContain('2 फाइली')
  })

  it('never says what a person of the field would not', () => {
    const words = JSON.stringify(letterWords)
    expect(words).not.toMatch(/invalid|token|session|payload|authenticate|टोकन|सत्र|सेशन/i)
  })

  it('names the zone and keeps digits Latin', () => {
    expect(sayTime(at, 'en')).toBe('3 December 2026, 18:00 India Standard Time')
    expect(sayTime(at, 'hi')).toBe('3 दिसंबर 2026, 18:00 (भारतीय मानक समय)')
    expect(sayTime(at, 'mr')).toBe('3 डिसेंबर, 2026, 18:00 (भारतीय प्रमाण वेळ)')
    expect(sayTime(new Date('2026-12-03T18:31:00.000Z'), 'en')).toContain('4 December 2026, 00:01')
  })

  it('does not fill a place without a fact, nor places inside facts', () => {
    expect(() => fill('{a} {b}', { a: '1' })).toThrow('{b}')
    expect(fill('{a}', { a: '{b} $& $1' })).toBe('{b} $& $1')
  })
})

describe('the sheet', () => {
  it('has a code only where one is given', () => {
    for (const language of languages) {
      expect(composeSheet({ until, code: null }, subject, language).code).toBeNull()
      const sheet = composeSheet({ until, code: 'K7Q2M4PX' }, subject, language)
      expect(sheet.code).toContain('K7Q2M4PX')
      expect(sheet.steps).toHaveLength(3)
      expect(JSON.stringify(sheet)).not.toMatch(/\{\w+\}/)
    }
  })
})
