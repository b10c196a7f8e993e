import { describe, expect, it } from 'vitest'
import type { Came, CameInstance } from './completeness/came.ts'
import { mentionedModalities } from './completeness/mentioned-modalities.ts'
import { completenessNotes, notesForReader } from './completeness.ts'

const image = (number: number, over: Partial<CameInstance> = {}): CameInstance => ({
  studyUid: '1.1',
  seriesUid: '1.1.3',
  sopUid: `1.1.3.${number}`,
  modality: 'CT',
  seriesNumber: 3,
  instanceNumber: number,
  frames: 1,
  waiting: false,
  collides: false,
  facts: { imagePosition: [0, 0, number * 2.5], imageOrientation: [1, 0, 0, 0, 1, 0] },
  ...over,
})

const images = (count: number, over: Partial<CameInstance> = {}): CameInstance[] =>
  Array.from({ length: count }, (_, nth) => image(nth + 1, over))

const came = (over: Partial<Came>): Came => ({
  instances: [],
  lists: [],
  waiting: 0,
  unfinished: 0,
  unreadable: 0,
  duplicates: 0,
  mentioned: new Set(),
  ...over,
})

const expecting = (
  expected: CameInstance['facts']['expected'],
  more: Partial<CameInstance['facts']> = {},
) => ({
  facts: { ...more, ...(expected === undefined ? {} : { expected }) },
})

const sentencesOf = (over: Partial<Came>): string[] =>
  completenessNotes(came(over)).map(({ code, sentence }) => `${code} ${sentence}`)

describe('completenessNotes', () => {
  it.each<[string, Partial<Came>, readonly string[]]>([
    ['a whole series', { instances: images(60) }, []],
    ['nothing at all', {}, []],
    [
      'a series that lacks a slice',
      { instances: images(60).filter((one) => one.instanceNumber !== 31) },
      [
        'NUMBER_GAP Series 3 (CT): by their numbers, 1 image is missing between those that came.',
        'POSITION_GAP Series 3 (CT): by where they lie, 1 slice is missing between those that came.',
      ],
    ],
    [
      'a series whose slice waits in quarantine',
      { instances: images(60).map((one) => ({ ...one, waiting: one.instanceNumber === 31 })) },
      ['WAITING Series 3 (CT): 1 file waits for the desk and cannot be read yet.'],
    ],
    [
      'localizers among slices',
      { instances: [...images(20), image(21, { facts: { ...image(90).facts, localizer: true } })] },
      [],
    ],
    [
      'counts of series and study',
      { instances: images(2, expecting({ seriesInstances: 3, studySeries: 2, studyInstances: 9 })) },
      [
        'STUDY_SERIES_MISSING A study has 2 series by its own count, 1 came.',
        'STUDY_IMAGES_MISSING A study has 9 images by its own count, 2 came.',
        'SERIES_IMAGES_MISSING Series 3 (CT) has 3 images by its own count, 2 came.',
      ],
    ],
    [
      'counts that are met, or that nobody can mean',
      {
        instances: images(
          2,
          expecting({ seriesInstances: 2, studySeries: 1, studyInstances: 2_000_000_000 }),
        ),
      },
      [],
    ],
    [
      'an acquisition',
      { instances: images(2, expecting({ acquisitionImages: 4 }, { acquisition: 1 })) },
      ['ACQUISITION_IMAGES_MISSING An acquisition made 4 images, 2 of them are here.'],
    ],
    [
      'an acquisition made into two series',
      {
        instances: images(4, expecting({ acquisitionImages: 4 }, { acquisition: 1 })).map((one, nth) => ({
          ...one,
          seriesUid: nth < 2 ? '1.1.3' : '1.1.4',
        })),
      },
      [],
    ],
    [
      'points in time',
      {
        instances: images(4).map((one, nth) => ({
          ...one,
          facts: { timePoint: (nth % 2) + 1, expected: { timePoints: 3 } },
        })),
      },
      ['TIME_POINTS_MISSING Series 3 (CT) has 3 points in time by its own count, 2 came.'],
    ],
    [
      'slices of a volume in one object of many frames',
      { instances: [image(1, { frames: 47, ...expecting({ slices: 47 }) })] },
      [],
    ],
    [
      'slices of a volume',
      { instances: images(46, { modality: 'PT', ...expecting({ slices: 47 }) }) },
      ['SLICES_MISSING Series 3 (PT) has 47 slices by its own count, 46 came.'],
    ],
    [
      'a disc whose list is longer than what came, sent twice',
      { instances: images(118), lists: [1, 2].map(() => images(120).map(({ sopUid }) => sopUid)) },
      ['CD_INCOMPLETE The disc lists 120 images, 118 arrived.'],
    ],
    ['a disc that came whole', { instances: images(3), lists: [images(3).map(({ sopUid }) => sopUid)] }, []],
    [
      'the same number with other content',
      { instances: [...images(3), image(3, { waiting: true, collides: true })] },
      [
        'SAME_NUMBER_OTHER_CONTENT Series 3 (CT): 1 file has the number of another image and other content.',
        'WAITING Series 3 (CT): 1 file waits for the desk and cannot be read yet.',
      ],
    ],
    [
      'a report on a CT and an MRI, of which the CT came',
      { instances: images(3), mentioned: new Set(mentionedModalities('CT thorax and MRI of the spine')) },
      ['MENTIONED_NOT_CAME A document mentions an MRI, but none came as images.'],
    ],
    [
      'what is still on its way, waits or was refused',
      { unfinished: 2, waiting: 1, unreadable: 3, duplicates: 1 },
      [
        'STILL_COMING 2 files are still on the way or not checked yet; what is missing may still change.',
        'WAITING 1 file waits for the desk and cannot be read yet.',
        'UNREADABLE 3 files were refused because nothing could open them.',
        'DUPLICATES 1 file was refused because the same one was there already.',
      ],
    ],
  ])('%s', (_name, over, sentences) => expect(sentencesOf(over)).toEqual(sentences))

  it('quotes no word of a file', () => {
    const instances = images(9, { modality: 'DOE JANE' }).filter((one) => one.instanceNumber !== 4)
    const notes = completenessNotes(
      came({ instances, mentioned: new Set(mentionedModalities('CT of Jane Doe')) }),
    )
    expect(notes).toHaveLength(3)
    expect(JSON.stringify(notes)).not.toMatch(/doe/i)
  })

  it('counts thousands of images in a moment', () => {
    const instances = images(20_000).filter((one) => one.instanceNumber !== 4)
    const begun = performance.now()
    expect(completenessNotes(came({ instances }))).toHaveLength(2)
    expect(performance.now() - begun).toBeLessThan(1_000)
  })
})

describe('notesForReader', () => {
  it('tells nothing of a study and a series that no reader sees, but that files wait', () => {
    const hidden = images(9, { studyUid: '9.9', seriesUid: '9.9.9', waiting: true }).filter(
      (one) => one.instanceNumber !== 4,
    )
    const shown = images(9).filter((one) => one.instanceNumber !== 5)
    const all = came({ instances: [...shown, ...hidden], waiting: 1 })
    expect(completenessNotes(all).some(({ study }) => study === '9.9')).toBe(true)
    const notes = notesForReader(all)
    expect(notes.map(({ code, study, came: count }) => [code, study, count])).toEqual([
      ['WAITING', null, 9],
      ['NUMBER_GAP', '1.1', 8],
      ['POSITION_GAP', '1.1', 8],
    ])
    expect(JSON.stringify(notes)).not.toContain('9.9')
  })
})
