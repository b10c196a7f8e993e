/**
 * Choice: what of the found files is sent, whose they seem to be, and whether a doubt about that must be answered
 * first. Pure.
 */
import type { ChosenFile } from './browser-file.ts'
import type { Found, FoundPatient, MatchState, PhotoDoubt } from './found.ts'
import type { SeenStudy, Sorted } from './found-files.ts'
import { isoDate, looseKey, personKey, shownName } from './people.ts'

export type Choice = {
  /** Keys of what was chosen or not by hand; the rest is as usual. */
  readonly ticks: ReadonlyMap<string, boolean>
  /** By `personKey`. */
  readonly matches: ReadonlyMap<string, MatchState>
  readonly answer: Found['answer']
}

const isChosen = (choice: Choice, key: string, usual = true): boolean => choice.ticks.get(key) ?? usual

const matchOf = (choice: Choice, study: SeenStudy): MatchState =>
  choice.matches.get(personKey(study.person)) ?? 'not-asked'

const bytesOf = (files: readonly ChosenFile[]): number => files.reduce((sum, { size }) => sum + size, 0)

const isOurs = (match: MatchState): boolean => match === 'same' || match === 'variant'

/** One for each person among the studies, most images first. All that match the case are one person. */
const patientsOf = (choice: Choice, studies: readonly SeenStudy[]): FoundPatient[] => {
  const people = new Map<string, FoundPatient>()
  for (const study of studies) {
    const loose = looseKey(study.person)
    if (loose === '') continue
    const key = isOurs(matchOf(choice, study)) ? 'ours' : loose
    const before = people.get(key)
    people.set(key, {
      name: before?.name ?? shownName(study.person.patientName),
      birthDate: before?.birthDate ?? isoDate(study.person.birthDate) ?? study.person.birthDate,
      images: (before?.images ?? 0) + study.files.length,
    })
  }
  return [...people.values()].sort((one, other) => other.images - one.images)
}

const chosenStudies = (sorted: Sorted, choice: Choice): SeenStudy[] =>
  sorted.studies.filter(({ key }) => isChosen(choice, key))

/** The files that are sent. A disc's own list goes along with any of its studies. */
export const chosenFiles = (sorted: Sorted, choice: Choice): ChosenFile[] => {
  const studies = chosenStudies(sorted, choice).flatMap(({ files }) => files)
  const documents = sorted.documents.filter(({ key, usual }) => isChosen(choice, key, usual))
  const lists = studies.length > 0 ? sorted.lists.files : []
  return [...lists, ...studies, ...documents.map(({ file }) => file)]
}

/** Keys of studies that seem to be of somebody else: those that differ, or else all but the person with most images. */
export const strangers = (sorted: Sorted, choice: Choice): string[] => {
  const studies = chosenStudies(sorted, choice)
  const different = studies.filter((study) => matchOf(choice, study) === 'different')
  if (different.length > 0) return different.map(({ key }) => key)
  const ours = studies.filter((study) => isOurs(matchOf(choice, study)))
  const images = new Map<string, number>()
  for (const { person, files } of studies) {
    const loose = looseKey(person)
    images.set(loose, (images.get(loose) ?? 0) + files.length)
  }
  const [most] = [...images].filter(([loose]) => loose !== '').sort(([, one], [, other]) => other - one)
  const stays = (study: SeenStudy): boolean =>
    looseKey(study.person) === '' ||
    (ours.length > 0 ? ours.includes(study) : looseKey(study.person) === most?.[0])
  return studies.filter((study) => !stays(study)).map(({ key }) => key)
}

/** Keys of everything found that is not sent. */
export const untickedKeys = (sorted: Sorted, choice: Choice): string[] => [
  ...sorted.studies.filter(({ key }) => !isChosen(choice, key)).map(({ key }) => key),
  ...sorted.documents.filter(({ key, usual }) => !isChosen(choice, key, usual)).map(({ key }) => key),
]

/** As the page shows it. `isThere`: the gateway has acknowledged the file; `addressOf` a picture to be shown; `doubts` are what is known of photographs. */
export const foundOf = (
  sorted: Sorted,
  choice: Choice,
  isThere: (file: ChosenFile) => boolean,
  addressOf: (file: ChosenFile) => string,
  doubts: ReadonlyMap<ChosenFile, PhotoDoubt> = new Map(),
): Found => {
  const studies = chosenStudies(sorted, choice)
  const files = chosenFiles(sorted, choice)
  const patients = patientsOf(choice, sorted.studies)
  const differs = studies.some((study) => matchOf(choice, study) === 'different')
  const doubt = differs ? 'different' : patientsOf(choice, studies).length > 1 ? 'several' : null
  const found = sorted.studies.reduce((sum, study) => sum + study.files.length, 0)
  const inDisc = sorted.lists.files.length > 0
  return {
    studies: sorted.studies.map((study) => ({
      key: study.key,
      modalities: study.modalities,
      description: study.description,
      date: isoDate(study.date),
      series: study.series,
      images: study.files.length,
      bytes: bytesOf(study.files),
      patient: {
        name: shownName(study.person.patientName),
        birthDate: isoDate(study.person.birthDate) ?? study.person.birthDate,
        images: study.files.length,
      },
      match: matchOf(choice, study),
      already: study.files.filter(isThere).length,
      chosen: isChosen(choice, study.key),
    })),
    documents: sorted.documents.map(({ key, file, kind, locked, shown, usual }) => ({
      key,
      name: file.path,
      kind,
      bytes: file.size,
      thumbnail: shown ? addressOf(file) : null,
      locked,
      doubt: doubts.get(file) ?? null,
      already: isThere(file),
      chosen: isChosen(choice, key, usual),
    })),
    leftOut: sorted.leftOut,
    unreadable: sorted.unreadable,
    disc: inDisc ? { listed: sorted.lists.listed, found } : null,
    patients: patients.length > 1 || differs ? patients : patients.slice(0, 1),
    answer: choice.answer,
    mustAnswer: choice.answer === null ? doubt : null,
    chosen: {
      files: files.length,
      bytes: bytesOf(files),
      already: files.filter(isThere).length,
    },
  }
}
