/** The table of identity: name, birth date, number, sex → codes, and laws that hold for any two texts. */
import { assert, constantFrom, option, property, record, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  comparePatients,
  differencesOf,
  type Identity,
  identityKey,
  isSamePatient,
} from './compare-patients.ts'

const born = '19680229'
const jane: Identity = {
  patientName: 'Doe^Jane',
  birthDate: born,
  sex: 'F',
  patientId: '17',
  issuerOfPatientId: 'A',
}

describe('the table', () => {
  it.each<[string, Identity, Identity, string[]]>([
    ['all alike', jane, jane, ['IDENTITY_MATCH']],
    ['written by a form', { patientName: 'Jane DOE', birthDate: '1968-02-29' }, jane, ['IDENTITY_MATCH']],
    ['an initial', jane, { ...jane, patientName: 'Doe^J' }, ['IDENTITY_NAME_VARIANT']],
    [
      'one letter',
      jane,
      { ...jane, patientName: 'Doe^Janet', patientId: undefined },
      ['IDENTITY_NAME_MISMATCH'],
    ],
    [
      'one letter, the same number of one house',
      jane,
      { ...jane, patientName: 'Doe^Janet' },
      ['IDENTITY_NAME_VARIANT'],
    ],
    [
      'one letter, the same number of nobody knows whom',
      { ...jane, issuerOfPatientId: undefined },
      { ...jane, patientName: 'Doe^Janet', issuerOfPatientId: undefined },
      ['IDENTITY_NAME_MISMATCH'],
    ],
    [
      'one letter, the same number among others of the file',
      jane,
      {
        patientName: 'Doe^Janet',
        birthDate: born,
        patientId: '99',
        otherPatientIds: [
          { id: '5', issuer: 'B' },
          { id: '17', issuer: 'A' },
        ],
      },
      ['IDENTITY_NAME_VARIANT'],
    ],
    [
      'another number of the same house among others',
      { ...jane, patientId: undefined, otherPatientIds: [{ id: '16', issuer: 'A' }] },
      jane,
      ['IDENTITY_ID_CONFLICT'],
    ],
    [
      'two numbers of one house, one of them the same',
      jane,
      { ...jane, patientId: '16', otherPatientIds: [{ id: '17', issuer: 'A' }] },
      ['IDENTITY_MATCH'],
    ],
    ['no date', jane, { ...jane, birthDate: undefined }, ['IDENTITY_NO_BIRTHDATE']],
    ['a date that stands for none', jane, { ...jane, birthDate: '19000101' }, ['IDENTITY_NO_BIRTHDATE']],
    ['a slip in the date', jane, { ...jane, birthDate: '19680228' }, ['IDENTITY_BIRTHDATE_CLOSE']],
    ['another date', jane, { ...jane, birthDate: '19710316' }, ['IDENTITY_BIRTHDATE_MISMATCH']],
    [
      'a variant without a date',
      jane,
      { ...jane, patientName: 'Doe^J', birthDate: '' },
      ['IDENTITY_NAME_MISMATCH'],
    ],
    [
      'a variant, another date',
      jane,
      { ...jane, patientName: 'Doe^J', birthDate: '19710316' },
      ['IDENTITY_BIRTHDATE_MISMATCH'],
    ],
    ['married', jane, { ...jane, patientName: 'Smith^Jane' }, ['IDENTITY_NAME_MISMATCH']],
    [
      'somebody else',
      jane,
      { ...jane, patientName: 'Roe^Rita', birthDate: '19710316' },
      ['IDENTITY_OTHER_PATIENT'],
    ],
    [
      'another name, no date',
      jane,
      { ...jane, patientName: 'Roe^Rita', birthDate: '' },
      ['IDENTITY_OTHER_PATIENT'],
    ],
    ['another number of the same house', jane, { ...jane, patientId: '18' }, ['IDENTITY_ID_CONFLICT']],
    [
      'another number of another house',
      jane,
      { ...jane, patientId: '18', issuerOfPatientId: 'B' },
      ['IDENTITY_MATCH'],
    ],
    [
      'another number of nobody knows whom',
      jane,
      { ...jane, patientId: '18', issuerOfPatientId: '' },
      ['IDENTITY_MATCH'],
    ],
    ['another sex', jane, { ...jane, sex: 'M' }, ['IDENTITY_SEX_MISMATCH']],
    ['no sex', jane, { ...jane, sex: '' }, ['IDENTITY_MATCH']],
    ['sex not known', jane, { ...jane, sex: 'U' }, ['IDENTITY_MATCH']],
    [
      'a variant of another sex',
      jane,
      { ...jane, patientName: 'Doe^J', sex: 'M' },
      ['IDENTITY_NAME_VARIANT', 'IDENTITY_SEX_MISMATCH'],
    ],
    [
      'no date, another number',
      jane,
      { ...jane, birthDate: '', patientId: '9' },
      ['IDENTITY_NO_BIRTHDATE', 'IDENTITY_ID_CONFLICT'],
    ],
    [
      'both against it',
      jane,
      { ...jane, sex: 'M', patientId: '9' },
      ['IDENTITY_ID_CONFLICT', 'IDENTITY_SEX_MISMATCH'],
    ],
    ['no name', jane, { ...jane, patientName: undefined }, ['IDENTITY_ABSENT']],
    ['nobody', jane, {}, ['IDENTITY_ABSENT']],
  ])('%s', (_, a, b, codes) => {
    expect(comparePatients(a, b)).toEqual(codes)
    expect(comparePatients(b, a)).toEqual(codes)
  })

  it.each([
    'ANONYMOUS',
    'Anonymous^Patient',
    'ANONYMIZED^^^^',
    'anonymisiert',
    'XXX',
    'XXXX^XX',
    'xxx^yyy',
    'TEST',
    'TEST^PATIENT',
    '^^^^',
    '',
    ' ',
    '....',
    '????^??',
    '12345',
    'NN',
    'N.N.',
    'No Name',
    'Unbekannt',
    'UNKNOWN^UNKNOWN',
    'PAT00017',
    'Patient^17',
    'DEIDENTIFIED',
    'De-Identified',
    'Pseudonym^A',
    'anon-77',
    'Anónimo',

    'Nachname^Vorname',
    'QA^Phantom',
  ])('%j is no name', (patientName) => {
    expect(comparePatients(jane, { ...jane, patientName })).toEqual(['IDENTITY_ABSENT'])
  })

  it.each([
    'Testa^Maria',
    'Xu^Xi',
    'Nobody^Else',
    'Ng^An',
    'No^Yuna',
    'Noname^',
    'Patience^Ann',
    'Li^X',
    '日^日',
  ])('%j may be a name, or is surely none, but never somebody else’s', (patientName) => {
    const same = isSamePatient(comparePatients(jane, { ...jane, patientName }))
    expect(same).toBe(false)
  })
})

const texts = constantFrom(
  'Doe^Jane',
  'Jane Doe',
  'Müller^Anna',
  'Mueller^A',
  'Le^Van^An',
  'Do Van An',
  '山田^太郎',
  'X',
)
const identities = record({
  patientName: option(
    string({ unit: 'grapheme', maxLength: 40 }).chain((text) =>
      constantFrom(text, text.replaceAll(' ', '^')),
    ),
    { nil: undefined },
  ).chain((text) => texts.map((known) => (text === undefined || text.length < 4 ? known : text))),
  birthDate: option(constantFrom(born, '19680228', '', 'x', '1968'), { nil: undefined }),
  sex: option(string({ maxLength: 2 }), { nil: undefined }),
  patientId: option(constantFrom('1', '2', ''), { nil: undefined }),
  issuerOfPatientId: option(constantFrom('A', 'B', ''), { nil: undefined }),
})

describe('any two identities', () => {
  it('are the same pair whichever is named first, and always give a code', () => {
    assert(
      property(identities, identities, (a, b) => {
        const codes = comparePatients(a, b)
        expect(codes.length).toBeGreaterThan(0)
        expect(comparePatients(b, a)).toEqual(codes)
      }),
      { numRuns: 500 },
    )
  })

  it('a file about the case’s own patient, word for word, is never somebody else’s', () => {
    assert(
      property(identities, (a) => {
        const codes = comparePatients(a, a)
        expect(codes.includes('IDENTITY_ABSENT') || isSamePatient(codes)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what differs, for a person', () => {
  it.each<[string, Identity, string[]]>([
    ['nothing', jane, []],
    ['what one does not tell', { patientName: 'DOE Jane' }, []],
    ['no name', { ...jane, patientName: 'ANONYMOUS' }, []],
    ['a name', { ...jane, patientName: 'Doe^Janet' }, ['name']],
    [
      'everything',
      { ...jane, patientName: 'Roe^Max', birthDate: '19710316', sex: 'M', patientId: '18' },
      ['name', 'birthDate', 'sex', 'id'],
    ],
  ])('%s', (_name, other, differs) => expect(differencesOf(jane, other)).toEqual(differs))

  it('files with other numbers are told apart', () => {
    expect(identityKey({ ...jane, otherPatientIds: [{ id: '1', issuer: 'B' }] })).not.toBe(identityKey(jane))
  })
})
