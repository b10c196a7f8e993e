/** Who the patient is, where a refusal leads, what a program is told, what is ink, and languages that say the same. */
import { describe, expect, it } from 'vitest'
import { placeAfter, tidyCode } from './entry.ts'
import { countInk } from './papers/ink.ts'
import { doubtsOf, namesDiffer, printName } from './patient.ts'
import { mostInOhif, ohifAddress, weasisAddress } from './programs.ts'
import { isoDate, nameOf, type StudyRow } from './studies.ts'
import { messages as en } from './words/en.ts'
import { messages as hi } from './words/hi.ts'
import { messages as mr } from './words/mr.ts'

const study = (patientName: string | null, birthDate: string | null): StudyRow => ({
  uid: '1',
  date: null,
  description: '',
  modalities: [],
  objects: 1,
  patientName,
  birthDate,
})

describe('the patient', () => {
  it.each([
    ['Asha Deshpande', 'DESHPANDE, ASHA', false],
    ['Asha Deshpande', 'Deshpande, A.', false],
    ['Asha Deshpande', 'KULKARNI, VIKRAM', true],
    ['आशा देशपांडे', 'DESHPANDE, ASHA', false],
    ['José Núñez', 'NUNEZ, JOSE', false],
    ['', 'DESHPANDE, ASHA', false],
  ])('%s and %s: another person %s', (one, other, expected) => {
    expect(namesDiffer(one, other)).toBe(expected)
  })

  it('is doubted for another birth date, and not for one that is missing', () => {
    const patient = { name: 'Asha Deshpande', birthDate: '1962-03-27' }
    const studies = [study('DESHPANDE, ASHA', '1962-03-27'), study(null, null), study(null, '1958-01-01')]
    expect(doubtsOf(patient, studies).map(({ birthDate }) => birthDate)).toEqual(['1958-01-01'])
    expect(doubtsOf({}, studies)).toEqual([])
  })

  it('is printed as people read names', () => {
    expect([printName('DOE^JANE^M'), printName('Asha D')]).toEqual(['DOE, JANE M', 'Asha D'])
    expect(nameOf({ '00100010': { vr: 'PN', Value: [{ Alphabetic: 'DOE^JANE' }] } }, '00100010')).toBe(
      'DOE, JANE',
    )
    expect([isoDate('19680229'), isoDate('1968'), isoDate('')]).toEqual(['1968-02-29', null, null])
  })
})

describe('a refusal', () => {
  const refusal = (refused: string, facts = {}, wait: number | null = null) => ({ refused, facts, wait })
  it.each([
    ['link.used-up', { at: 'dead', why: 'used-up' }],
    ['link.expired', { at: 'dead', why: 'expired' }],
    ['link.invalid', { at: 'dead', why: 'unknown' }],
    ['reader.ended', { at: 'dead', why: 'ended' }],
    ['case.closed', { at: 'dead', why: 'closed' }],
    ['link.code-needed', { at: 'code', left: null, trouble: false }],
    ['offline', { at: 'unreached' }],
  ])('%s', (code, expected) => {
    expect(placeAfter(refusal(code), false, 0)).toMatchObject(expected)
  })

  it('of a code tells the tries that are left, the pause, or that nobody answered', () => {
    expect(placeAfter(refusal('link.code-wrong', { left: 2 }), true, 0)).toMatchObject({
      at: 'code',
      left: 2,
    })
    expect(placeAfter(refusal('link.locked', {}, 60), true, 1_000)).toEqual({
      at: 'locked',
      until: new Date(61_000),
    })
    expect(placeAfter(refusal('offline'), true, 0)).toMatchObject({ at: 'code', trouble: true })
  })

  it('comes not from how a code was typed', () => {
    expect(tidyCode(' ＡＢ12 ')).toBe('AB12')
  })
})

it('Weasis is told where, what and by which right', () => {
  const address = weasisAddress('https://desk.example/dicomweb/cases/1', 'tok', ['1.2', '3.4'])
  expect(decodeURIComponent(address)).toBe(
    'weasis://$dicom:rs --url "https://desk.example/dicomweb/cases/1" -r "studyUID=1.2&studyUID=3.4" -H "Authorization: Bearer tok"',
  )
  expect(address).toMatch(/^weasis:\/\/[A-Za-z0-9%._~!*'()-]+$/)
})

describe('OHIF', () => {
  const capability = `https://desk.example/w/${'c'.repeat(43)}`

  it('is told where its file is and which studies, as its data source reads them', () => {
    const address = new URL(ohifAddress('https://viewer.example/ohif', capability, ['1.2', '3.4']))
    expect(`${address.origin}${address.pathname}`).toBe('https://viewer.example/ohif/viewer/dicomwebproxy')
    expect([...address.searchParams.keys()]).toEqual(['url', 'studyInstanceUIDs'])
    expect(new URL(address.searchParams.get('url') ?? '').href).toBe(`${capability}/ohif.json`)
    expect(address.searchParams.get('studyInstanceUIDs')?.split(';')).toEqual(['1.2', '3.4'])
    expect(address.hash).toBe('')
  })

  it('gets an address that servers take, however many studies there are', () => {
    const uid = (at: number) => `1.2.${'9'.repeat(57)}.${100 + at}`.slice(0, 64)
    const studies = Array.from({ length: 200 }, (_, at) => uid(at))
    const address = ohifAddress('https://viewer.hospital.example/imaging/ohif', capability, studies)
    expect(address.length).toBeLessThan(4_096)
    expect(new URL(address).searchParams.get('studyInstanceUIDs')?.split(';')).toHaveLength(mostInOhif)
  })
})

it('ink is what is darker than paper', () => {
  const page = new Uint8ClampedArray(400).fill(255)
  expect(countInk(page, 10)).toBe(0)
  page.set([0, 0, 0, 255, 250, 250, 250, 255, 200, 255, 255, 255], 40)
  expect(countInk(page, 10)).toBe(2)
  page.fill(0)
  expect(countInk(page, 10)).toBe(0)
})

describe.each([
  ['Hindi', hi],
  ['Marathi', mr],
])('%s', (_, words) => {
  const names = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].toSorted()

  it('has the same names in braces as English', () => {
    for (const [key, message] of Object.entries(en))
      expect([key, names(words[key as keyof typeof en])]).toEqual([key, names(message)])
  })

  it('has no sentence that was left in English', () => {
    const left = Object.entries(en).filter(([key, message]) => {
      const own = JSON.stringify(message).replace(/\{\w+\}|\bmm\b|PDF|[KMG]B/g, '')
      return /[a-z]{2}/.test(own) && JSON.stringify(words[key as keyof typeof en]) === JSON.stringify(message)
    })
    expect(left).toEqual([])
  })
})
