/**
 * Found files: what was chosen, sorted into studies, documents and what is left out, each under a key that is the same
 * whenever the same files are found. Pure: told what each file is, asks nothing.
 */
import type { LookedInto } from '#sending/look-into.ts'
import type { ChosenFile } from './browser-file.ts'
import type { FoundDocument } from './found.ts'
import { markOf } from './marks.ts'
import { type Person, personKey } from './people.ts'

/** `looked` is null for a file that cannot be read. */
export type SeenFile = { readonly file: ChosenFile; readonly looked: LookedInto | null }

export type SeenStudy = {
  readonly key: string
  readonly person: Person
  readonly files: readonly ChosenFile[]
  readonly modalities: readonly string[]
  readonly description: string | null
  readonly date: string | null
  readonly series: number
}

export type SeenDocument = {
  readonly key: string
  readonly file: ChosenFile
  readonly kind: FoundDocument['kind']
  readonly locked: boolean
  /** A browser can show it. */
  readonly shown: boolean
  /** Worth sending unless a person says otherwise. */
  readonly usual: boolean
}

export type Sorted = {
  readonly studies: readonly SeenStudy[]
  readonly documents: readonly SeenDocument[]
  readonly lists: { readonly files: readonly ChosenFile[]; readonly listed: number }
  readonly leftOut: { readonly programs: number; readonly system: number }
  readonly unreadable: readonly string[]
}

const keyOf = (text: string): string => markOf(text).toString(36)

type Gathered = {
  readonly person: Person
  readonly files: ChosenFile[]
  readonly modalities: Set<string>
  readonly series: Set<string>
  description: string | null
  date: string | null
}

const documentOf = (file: ChosenFile, looked: LookedInto): SeenDocument | null => {
  const plain = { key: keyOf(file.path), file, locked: false, shown: false, usual: true }
  switch (looked.kind) {
    case 'pdf':
    case 'archive':
      return { ...plain, kind: looked.kind, locked: looked.locked }
    case 'picture':
      return { ...plain, kind: 'picture', shown: looked.shown }
    case 'text':
      return { ...plain, kind: 'other', usual: false }
    case 'other':
      return { ...plain, kind: 'other' }
    case 'dicom':
    case 'disc-list':
    case 'program':
    case 'system':
      return null
  }
}

/** Studies with most images first, documents by path. */
export const sortFound = (seen: readonly SeenFile[], unreadable: readonly string[]): Sorted => {
  const studies = new Map<string, Gathered>()
  const documents: SeenDocument[] = []
  const lists: ChosenFile[] = []
  const notRead = [...unreadable]
  const leftOut = { programs: 0, system: 0 }
  let listed = 0
  for (const { file, looked } of seen) {
    if (looked === null) {
      notRead.push(file.path)
      continue
    }
    const document = documentOf(file, looked)
    if (document !== null) documents.push(document)
    if (looked.kind === 'program') leftOut.programs += 1
    if (looked.kind === 'system') leftOut.system += 1
    if (looked.kind === 'disc-list') {
      lists.push(file)
      listed += looked.listed
    }
    if (looked.kind !== 'dicom') continue
    const { head } = looked
    const key = keyOf(`${head.studyUid ?? ''}\n${personKey(head)}`)
    const study = studies.get(key) ?? {
      person: head,
      files: [],
      modalities: new Set(),
      series: new Set(),
      description: null,
      date: null,
    }
    studies.set(key, study)
    study.files.push(file)
    if (head.modality !== null) study.modalities.add(head.modality)
    study.series.add(head.seriesUid ?? '')
    study.description ??= head.studyDescription
    study.date ??= head.studyDate
  }
  return {
    studies: Array.from(studies, ([key, { modalities, series, ...study }]) => ({
      ...study,
      key,
      modalities: [...modalities].sort(),
      series: series.size,
    })).sort((one, other) => other.files.length - one.files.length || (one.key < other.key ? -1 : 1)),
    documents: documents.sort((one, other) => (one.file.path < other.file.path ? -1 : 1)),
    lists: { files: lists, listed },
    leftOut,
    unreadable: notRead,
  }
}

export type ReceiptKind = 'images' | 'documents' | 'others'

/** What files that were found count as on a receipt, by path. */
export const kindsOf = ({ studies, documents }: Sorted): ReadonlyMap<string, ReceiptKind> => {
  const kinds = new Map<string, ReceiptKind>()
  for (const { files } of studies) for (const { path } of files) kinds.set(path, 'images')
  for (const { file, kind } of documents)
    kinds.set(file.path, kind === 'pdf' || kind === 'picture' ? 'documents' : 'others')
  return kinds
}
