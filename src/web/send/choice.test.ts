/** What was found, sorted and chosen: whose it seems to be decides whether anything may be sent. */
import { describe, expect, it } from 'vitest'
import type { DicomHead } from '#sending/dicom-head.ts'
import type { LookedInto } from '#sending/look-into.ts'
import { browserFile } from './browser-file.ts'
import { type Choice, chosenFiles, foundOf, strangers, untickedKeys } from './choice.ts'
import type { MatchState } from './found.ts'
import { type SeenFile, sortFound } from './found-files.ts'
import { personKey } from './people.ts'

const head = (about: Partial<DicomHead> = {}): LookedInto => ({
  kind: 'dicom',
  head: {
    patientName: 'Doe^Jane',
    birthDate: '19700203',
    sex: 'F',
    studyUid: '1.2.3',
    seriesUid: '1.2.3.4',
    modality: 'CT',
    studyDate: '20261019',
    studyDescription: 'CT chest',
    instanceNumber: 1,
    ...about,
  },
})

const seen = (path: string, looked: LookedInto | null, size = 3): SeenFile => ({
  file: browserFile(path, new File([new Uint8Array(size)], 'x', { lastModified: 5 })),
  looked,
})

const other = { patientName: 'Roe^Richard', birthDate: '19500101', sex: 'M', studyUid: '1.2.9' }

const files: SeenFile[] = [
  seen('disc/DICOMDIR', { kind: 'disc-list', listed: 5 }),
  seen('disc/A/1', head()),
  seen('disc/A/2', head({ seriesUid: '1.2.3.5', modality: 'SR' })),
  seen('disc/A/3', head()),
  seen('disc/B/1', head(other)),
  seen('disc/report.pdf', { kind: 'pdf', locked: true }),
  seen('disc/readme.txt', { kind: 'text' }),
  seen('disc/run.exe', { kind: 'program' }),
  seen('disc/Thumbs.db', { kind: 'system' }),
  seen('disc/A/4', null),
]

const choose = (about: Partial<Choice> = {}): Choice => ({
  ticks: new Map(),
  matches: new Map(),
  answer: null,
  ...about,
})

const sorted = sortFound(files, ['disc/gone'])
const found = (choice: Choice = choose()) =>
  foundOf(
    sorted,
    choice,
    () => false,
    () => 'blob:x',
  )
const matched = (one: MatchState, two: MatchState): Choice['matches'] =>
  new Map([
    [personKey({ patientName: 'Doe^Jane', birthDate: '19700203', sex: 'F' }), one],
    [personKey(other), two],
  ])
const paths = (choice: Choice = choose()): string[] => chosenFiles(sorted, choice).map(({ path }) => path)

describe('what was found', () => {
  it('is told by study, with most images first, and what is left out is counted', () => {
    expect(found()).toMatchObject({
      studies: [
        {
          modalities: ['CT', 'SR'],
          description: 'CT chest',
          date: '2026-10-19',
          series: 2,
          images: 3,
          bytes: 9,
          patient: { name: 'Doe Jane', birthDate: '1970-02-03', images: 3 },
        },
        { images: 1, patient: { name: 'Roe Richard' } },
      ],
      documents: [
        { name: 'disc/readme.txt', kind: 'other', chosen: false },
        { name: 'disc/report.pdf', kind: 'pdf', locked: true, chosen: true },
      ],
      leftOut: { programs: 1, system: 1 },
      unreadable: ['disc/gone', 'disc/A/4'],
      disc: { listed: 5, found: 4 },
    })
  })

  it('has the same keys in whatever order the files came', () => {
    const keys = (some: readonly SeenFile[]) => sortFound(some, []).studies.map(({ key }) => key)
    expect(keys([...files].reverse())).toEqual(keys(files))
  })
})

describe('a doubt about the patient', () => {
  it('must be answered while several people are chosen', () => {
    expect(found().mustAnswer).toBe('several')
    expect(found().patients.map(({ name }) => name)).toEqual(['Doe Jane', 'Roe Richard'])
    expect(found(choose({ answer: 'several-patients' })).mustAnswer).toBeNull()
    expect(found(choose({ ticks: new Map([[sorted.studies[1]?.key ?? '', false]]) })).mustAnswer).toBeNull()
  })

  it('must be answered when the gateway says that somebody is another', () => {
    const choice = choose({ matches: matched('same', 'different') })
    expect(found(choice).mustAnswer).toBe('different')
    expect(strangers(sorted, choice)).toEqual([sorted.studies[1]?.key])
  })

  it('is none when the gateway knows both spellings as the patient', () => {
    expect(found(choose({ matches: matched('same', 'variant') })).mustAnswer).toBeNull()
  })

  it('leaves out all but the one with most images where nobody is known', () => {
    expect(strangers(sorted, choose())).toEqual([sorted.studies[1]?.key])
    expect(strangers(sorted, choose({ matches: matched('unknown', 'same') }))).toEqual([
      sorted.studies[0]?.key,
    ])
  })

  it('takes a name in capitals and another order for the same person', () => {
    const two = sortFound(
      [seen('a', head()), seen('b', head({ patientName: 'JANE DOE', studyUid: '1.2.8' }))],
      [],
    )
    const { mustAnswer } = foundOf(
      two,
      choose(),
      () => false,
      () => '',
    )
    expect(mustAnswer).toBeNull()
  })
})

describe('what is sent', () => {
  it('is every study with the list of the disc, and every document but texts', () => {
    expect(paths().toSorted()).toEqual([
      'disc/A/1',
      'disc/A/2',
      'disc/A/3',
      'disc/B/1',
      'disc/DICOMDIR',
      'disc/report.pdf',
    ])
  })

  it('is without what was unticked, and without the list when no study is left', () => {
    const keys = sorted.studies.map(({ key }) => key)
    const choice = choose({ ticks: new Map(keys.map((key) => [key, false])) })
    expect(paths(choice)).toEqual(['disc/report.pdf'])
    expect(untickedKeys(sorted, choice)).toEqual([...keys, sorted.documents[0]?.key])
  })
})
