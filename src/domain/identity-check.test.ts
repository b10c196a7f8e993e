/** A pack's files against the patient of their case, and against each other where the desk named nobody. */
import { describe, expect, it } from 'vitest'
import type { ItemId } from './id.ts'
import type { Identity } from './identity/compare-patients.ts'
import { identityCheck } from './identity-check.ts'
import type { StatedPatient } from './patient.ts'
import type { SealedFacts } from './study.ts'
import type { VerdictCode } from './verdict.ts'

const jane = { patientName: 'Doe^Jane', birthDate: '19680229' }
const rita = { patientName: 'Roe^Rita', birthDate: '19710316' }
const masked = (patientId: string) => ({ patientName: 'ANONYMOUS', patientId })
const stated: StatedPatient = { name: 'Jane Doe', birthDate: '1968-02-29' }

const codesOf = (patient: StatedPatient | null, facts: Identity, codes: VerdictCode[] = []) =>
  identityCheck(patient).codesOf('x' as ItemId, { kind: 'dicom', codes, facts })

/** Indexes of those kept out. */
const strangers = (
  identities: readonly Identity[],
  shown: readonly SealedFacts[] = [],
  codes: readonly VerdictCode[] = [],
): number[] => {
  const check = identityCheck(null)
  const decisions = identities.map((facts, index) => {
    const item = String(index) as ItemId
    return { item, codes: [...codes, ...check.codesOf(item, { kind: 'dicom', codes, facts })] }
  })
  return check
    .keepOutStrangers(decisions, shown)
    .flatMap(({ codes: [...all] }, index) => (all.includes('BATCH_MIXED_PATIENTS') ? [index] : []))
}

describe('codes of a document', () => {
  const ofText = (
    text: string | undefined,
    patient: StatedPatient | null = stated,
    codes: VerdictCode[] = [],
  ) =>
    identityCheck(patient).codesOf('x' as ItemId, {
      kind: 'pdf',
      codes,
      facts: {},
      ...(text === undefined ? {} : { text }),
    })

  it('note that it names the patient, and warn where it does not say so', () => {
    expect(ofText('DOE, Jane, born 29.02.1968')).toEqual(['IDENTITY_MATCH'])
    for (const text of ['DOE, Jane', 'born 29.02.1968', 'Roe, Rita, born 16.03.1971', undefined])
      expect(ofText(text)).toEqual(['PDF_IDENTITY_UNVERIFIED'])
    expect(ofText('DOE, Jane', { name: 'Jane Doe' })).toEqual(['PDF_IDENTITY_UNVERIFIED'])
  })

  it.each<[StatedPatient | null]>([
    [null],
    [{}],
    [{ ...stated, pseudonymous: true }],
    [{ name: 'Anonymous' }],
  ])('are none where the desk named nobody: %j', (patient) => {
    expect(ofText('DOE, Jane, born 29.02.1968', patient)).toEqual([])
    expect(ofText(undefined, patient)).toEqual([])
  })

  it('are none where nothing could look into it, or nobody will read it', () => {
    expect(ofText('DOE, Jane', stated, ['CHECK_UNAVAILABLE'])).toEqual([])
    expect(ofText('DOE, Jane', stated, ['PDF_UNREADABLE'])).toEqual([])
  })
})

describe('codes of a file', () => {
  it('are none for the patient of the case, and those of the table for others', () => {
    expect(codesOf(stated, jane)).toEqual([])
    expect(codesOf(stated, { ...jane, patientName: 'DOE^J' })).toEqual(['IDENTITY_NAME_VARIANT'])
    expect(codesOf(stated, rita)).toEqual(['IDENTITY_OTHER_PATIENT'])
    expect(codesOf(stated, {})).toEqual(['IDENTITY_ABSENT'])
  })

  it.each<[StatedPatient | null]>([
    [null],
    [{}],
    [{ ...stated, pseudonymous: true }],
    [{ name: 'Anonymous' }],
    [{ id: '17' }],
  ])('are none where the desk named nobody: %j', (patient) => {
    for (const identity of [jane, rita, {}, masked('1')]) expect(codesOf(patient, identity)).toEqual([])
  })

  it('say nothing of what is refused, could not be looked into, or is no record', () => {
    expect(codesOf(stated, rita, ['DICOM_NO_CONTENT'])).toEqual([])
    expect(codesOf(stated, {}, ['CHECK_UNAVAILABLE'])).toEqual([])
    const found = { kind: 'other', codes: [], facts: {} } as const
    expect(identityCheck(stated).codesOf('x' as ItemId, found)).toEqual([])
  })

  it('come besides those of damage', () => {
    expect(codesOf(stated, rita, ['DICOM_TRUNCATED'])).toEqual(['IDENTITY_OTHER_PATIENT'])
  })
})

describe('strangers', () => {
  it('are those who are fewer', () => {
    expect(strangers([rita, jane, jane])).toEqual([0])
    expect(strangers([jane, rita])).toEqual([1])
    expect(strangers([jane, jane, { ...jane, patientName: 'Doe^J' }])).toEqual([])
    expect(strangers([])).toEqual([])
  })

  it('are all whom the case does not show already, however many', () => {
    expect(strangers([rita, rita, jane], [jane])).toEqual([0, 1])
    expect(strangers([rita, rita, jane], [jane, rita])).toEqual([])
    expect(strangers([rita], [{}])).toEqual([])
  })

  it('are told apart by their numbers where names were taken out', () => {
    expect(strangers([masked('1'), masked('1'), masked('2')])).toEqual([2])
    expect(strangers([masked('1'), {}, masked('')])).toEqual([])
    expect(strangers([jane, masked('1')])).toEqual([1])
  })

  it('are not sought among files that nobody will see', () => {
    expect(strangers([rita, jane, jane], [], ['DICOM_TRUNCATED'])).toEqual([])
    expect(strangers([rita, jane, jane], [], ['EMPTY_FILE'])).toEqual([])
  })

  it('are found among files that bear the name of the case', () => {
    const check = identityCheck({ name: 'Jane Doe' })
    const decisions = [jane, jane, { ...jane, birthDate: '19950101' }].map((facts, index) => {
      const item = String(index) as ItemId
      return { item, codes: check.codesOf(item, { kind: 'dicom', codes: [], facts }) }
    })
    const codes = check.keepOutStrangers(decisions, []).map((decision) => decision.codes)
    expect(codes.map((some) => some.includes('BATCH_MIXED_PATIENTS'))).toEqual([false, false, true])
  })
})
