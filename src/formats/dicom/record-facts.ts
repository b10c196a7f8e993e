/**
 * Record facts: what a disc's directory needs of an object that is no image (PS3.3 §F.5). Of images nothing is read
 * here: there are thousands of them, and their number is all that their records have.
 */
import type { RecordFacts } from '#domain/study.ts'
import { recordTypeOf } from './record-type.ts'

/** The tags that are read at the top level. */
export const recordTags = {
  contentDate: 0x00080023,
  contentTime: 0x00080033,
  completion: 0x0040a491,
  verification: 0x0040a493,
  documentTitle: 0x00420010,
  documentType: 0x00420012,
  label: 0x00700080,
  description: 0x00700081,
  createdDate: 0x00700082,
  createdTime: 0x00700083,
  creator: 0x00700084,
  doseSummation: 0x3004000a,
  structureSet: 0x30060002,
  plan: 0x300a0002,
} as const

const conceptName = 0x0040a043
const verifyingObservers = 0x0040a073
const verifiedAt = 0x0040a030
const code = { value: 0x00080100, scheme: 0x00080102, meaning: 0x00080104 } as const

/** The sequences whose first item is read, and the tags read in it. */
export const recordInside: readonly (readonly [number, ReadonlySet<number>])[] = [
  [conceptName, new Set(Object.values(code))],
  [verifyingObservers, new Set([verifiedAt])],
]

type Bytes = Buffer | undefined

/** How values are read: a decoded text, plain ASCII, the first item of a sequence, a text in an item. */
type Reading = {
  readonly text: (tag: number) => string | undefined
  readonly plain: (tag: number) => string | undefined
  readonly first: (tag: number) => ReadonlyMap<number, Buffer> | undefined
  readonly shown: (bytes: Bytes) => string | undefined
}

const readConceptName = ({ first, shown }: Reading): RecordFacts['conceptName'] => {
  const item = first(conceptName)
  const value = shown(item?.get(code.value))
  const scheme = shown(item?.get(code.scheme))
  const meaning = shown(item?.get(code.meaning))
  return value === undefined || scheme === undefined || meaning === undefined
    ? undefined
    : { value, scheme, meaning }
}

/** Undefined for an image, and when there is nothing to say. */
export const readRecordFacts = (sopClass: string, reading: Reading): RecordFacts | undefined => {
  if (sopClass === '' || recordTypeOf(sopClass, true) === 'IMAGE') return undefined
  const { text, plain, first, shown } = reading
  const found: RecordFacts = {
    contentDate: plain(recordTags.contentDate),
    contentTime: plain(recordTags.contentTime),
    completion: plain(recordTags.completion),
    verification: plain(recordTags.verification),
    verifiedAt: shown(first(verifyingObservers)?.get(verifiedAt)),
    conceptName: readConceptName(reading),
    label: plain(recordTags.label),
    description: text(recordTags.description),
    creator: text(recordTags.creator),
    createdDate: plain(recordTags.createdDate),
    createdTime: plain(recordTags.createdTime),
    documentTitle: text(recordTags.documentTitle),
    documentType: plain(recordTags.documentType),
    doseSummation: plain(recordTags.doseSummation),
    structureSet: text(recordTags.structureSet),
    plan: text(recordTags.plan),
  }
  const present = Object.entries(found).filter(([, value]) => value !== undefined)
  return present.length === 0 ? undefined : Object.fromEntries(present)
}
