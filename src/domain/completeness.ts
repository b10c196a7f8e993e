/**
 * Completeness: what seems to be missing of a case, from everything that came and what it says of itself. Pure; the
 * same for the same files. It can see a hole, never that nothing is missing.
 */
import { judgeAcquisitions, judgeSeriesCounts, judgeStudyCounts } from './completeness/announced-counts.ts'
import type { Came, CameInstance } from './completeness/came.ts'
import { imageKinds } from './completeness/mentioned-modalities.ts'
import { counted, type Note, nameSeries } from './completeness/note.ts'
import { missingNumbers } from './completeness/number-gaps.ts'
import { missingPositions } from './completeness/position-gaps.ts'

const aboutCase = (
  code: Note['code'],
  sentence: string,
  [came, expected]: readonly [number | null, number | null] = [null, null],
): Note => ({ code, study: null, series: null, came, expected, sentence })

const judgeSeries = (some: readonly CameInstance[]): readonly Note[] => {
  const [first] = some
  if (first === undefined) return []
  const about = { study: first.studyUid, series: first.seriesUid, expected: null }
  const name = nameSeries(first.seriesNumber, first.modality)
  const slices = some.filter(({ facts }) => facts.localizer !== true)
  const came = new Set(some.map(({ sopUid }) => sopUid)).size
  const notes: Note[] = [...judgeSeriesCounts(some)]

  const numbers = missingNumbers(
    some.flatMap(({ instanceNumber: number }) => (number === null ? [] : [number])),
  )
  if (numbers > 0) {
    const sentence = `${name}: by their numbers, ${counted(numbers, 'image is', 'images are')} missing between those that came.`
    notes.push({ ...about, code: 'NUMBER_GAP', came, expected: came + numbers, sentence })
  }
  const places = missingPositions(
    slices
      .filter(({ frames }) => frames === 1)
      .map(({ instanceNumber: number, facts }) => ({
        position: facts.imagePosition,
        orientation: facts.imageOrientation,
        number,
        acquisition: facts.acquisition,
      })),
  )
  if (places > 0) {
    const sentence = `${name}: by where they lie, ${counted(places, 'slice is', 'slices are')} missing between those that came.`
    notes.push({ ...about, code: 'POSITION_GAP', came, expected: came + places, sentence })
  }
  const collisions = some.filter(({ collides }) => collides).length
  if (collisions > 0) {
    const sentence = `${name}: ${counted(collisions, 'file has', 'files have')} the number of another image and other content.`
    notes.push({ ...about, code: 'SAME_NUMBER_OTHER_CONTENT', came: collisions, sentence })
  }
  const waiting = some.filter((one) => one.waiting).length
  if (waiting > 0) {
    const sentence = `${name}: ${counted(waiting, 'file waits', 'files wait')} for the desk and cannot be read yet.`
    notes.push({ ...about, code: 'WAITING', came: waiting, sentence })
  }
  return notes
}

const judgeStudy = (study: string, all: readonly CameInstance[]): readonly Note[] => [
  ...judgeStudyCounts(study, all),
  ...judgeAcquisitions(study, all),
  ...[...Map.groupBy(all, ({ seriesUid }) => seriesUid).values()].flatMap(judgeSeries),
]

const judgeLists = ({ lists, instances }: Came): readonly Note[] => {
  const have = new Set(instances.map(({ sopUid }) => sopUid))
  const discs: ReadonlySet<string>[] = []
  for (const list of lists) {
    const listed = new Set(list)
    // The same disc sent twice has one list.
    if (!discs.some((disc) => disc.size === listed.size && list.every((uid) => disc.has(uid))))
      discs.push(listed)
  }
  return discs.flatMap((listed) => {
    const came = [...listed].filter((uid) => have.has(uid)).length
    const sentence = `The disc lists ${counted(listed.size, 'image', 'images')}, ${came} arrived.`
    return came < listed.size ? [aboutCase('CD_INCOMPLETE', sentence, [came, listed.size])] : []
  })
}

const judgeMentioned = ({ mentioned, instances }: Came): readonly Note[] => {
  const came = new Set(instances.map(({ modality }) => modality))
  return [...mentioned].flatMap((kind) => {
    const { words, modalities } = imageKinds[kind]
    const none = `A document mentions ${words}, but none came as images.`
    return modalities.some((one) => came.has(one)) ? [] : [aboutCase('MENTIONED_NOT_CAME', none)]
  })
}

const judgeRest = ({ waiting, unfinished, unreadable, duplicates }: Came): readonly Note[] => {
  const files = (count: number, one: string, many: string): string =>
    counted(count, `file ${one}`, `files ${many}`)
  const rows = [
    ['WAITING', waiting, `${files(waiting, 'waits', 'wait')} for the desk and cannot be read yet.`],
    [
      'UNREADABLE',
      unreadable,
      `${files(unreadable, 'was', 'were')} refused because nothing could open them.`,
    ],
    [
      'DUPLICATES',
      duplicates,
      `${files(duplicates, 'was', 'were')} refused because the same one was there already.`,
    ],
  ] as const
  const coming = `${files(unfinished, 'is', 'are')} still on the way or not checked yet; what is missing may still change.`
  return [
    ...(unfinished > 0 ? [aboutCase('STILL_COMING', coming, [unfinished, null])] : []),
    ...rows.flatMap(([code, count, sentence]) =>
      count > 0 ? [aboutCase(code, sentence, [count, null])] : [],
    ),
  ]
}

/** What is to be said of a case; empty when no hole can be seen. In the order of `came`, what is about all of it first. */
export const completenessNotes = (came: Came): readonly Note[] => [
  ...judgeLists(came),
  ...judgeMentioned(came),
  ...judgeRest(came),
  ...[...Map.groupBy(came.instances, ({ studyUid }) => studyUid)].flatMap(([study, all]) =>
    judgeStudy(study, all),
  ),
]

/**
 * The notes a reader may have: of studies and series that no reader sees it is not told that they exist; only that
 * files wait.
 */
export const notesForReader = (came: Came): readonly Note[] => {
  const shown = came.instances.filter(({ waiting }) => !waiting)
  const series = new Set(shown.map(({ seriesUid }) => seriesUid))
  const visible = came.instances.filter(({ seriesUid }) => series.has(seriesUid))
  const hidden = came.instances.length - visible.length
  const studies = completenessNotes({ ...came, waiting: came.waiting + hidden })
  return studies.filter(
    (note) =>
      (note.series === null || series.has(note.series)) &&
      (note.study === null || visible.some(({ studyUid }) => studyUid === note.study)),
  )
}
