/**
 * Search instances: the DICOM objects of one case as QIDO-RS asks for them (PS3.18 §10.6). Names, dates and numbers of
 * persons are opened for the answer and forgotten with it; nothing of a case is kept between two questions.
 */
import { setImmediate as giveWay } from 'node:timers/promises'
import {
  type DicomAttribute,
  dicomAttributes,
  type InstanceRow,
  type QueryRows,
  queryLevels,
  type SeriesRow,
  type StudyRow,
} from '#domain/dicom-attributes.ts'
import { type JsonAttribute, type JsonSet, type JsonValue, toJsonName } from '#domain/dicom-json.ts'
import { type DicomQuery, type Match, matches } from '#domain/dicom-query.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { CaseOutline, InstanceLedger, InstanceQuestion } from '#ports/instance-ledger.ts'
import { openFacts } from '#ports/open-sealed.ts'

export type SearchInstancesNeeds = { readonly instances: InstanceLedger; readonly vault: CaseVault }

export type FoundSet = {
  readonly study: string
  readonly series: string | null
  readonly instance: string | null
  /** What it alone has, by tag, ascending. */
  readonly own: JsonSet
  /** What it has in common with its neighbours, by tag, ascending: one and the same object in each of them. */
  readonly shared: JsonSet
}

export type FoundSets = {
  readonly found: readonly FoundSet[]
  /** Those that match, on this page or not. */
  readonly total: number
}

type Series = { readonly study: StudyRow; readonly series: SeriesRow }

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const latest = ({ facts }: StudyRow): string => `${facts.studyDate ?? ''} ${facts.studyTime ?? ''}`

/** Every series with its study, the newest study first. */
const readRows = (key: CaseKey, { case: of, series }: CaseOutline): Series[] => {
  const opened = series.map((one) => ({ ...one, facts: openFacts(key, of, one.item, one.sealedFacts) }))
  const studies = [...Map.groupBy(opened, ({ studyUid }) => studyUid)].map(([studyUid, members]) => ({
    members,
    row: {
      studyUid,
      modalities: [...new Set(members.flatMap(({ modalities }) => modalities))].toSorted(),
      sopClasses: [...new Set(members.flatMap(({ sopClasses }) => sopClasses))].toSorted(),
      seriesCount: members.length,
      instanceCount: members.reduce((sum, { instances }) => sum + instances, 0),
      facts: members[0]?.facts ?? {},
    } satisfies StudyRow,
  }))
  return studies
    .sort((a, b) => -byText(latest(a.row), latest(b.row)) || byText(a.row.studyUid, b.row.studyUid))
    .flatMap(({ members, row }) =>
      members.map(({ seriesUid, modalities, number, instances: instanceCount, facts }) => ({
        study: row,
        series: { seriesUid, modality: modalities[0] ?? '', number, instanceCount, facts },
      })),
    )
}

/** Attributes are only read from rows of their own level, which the caller has. */
const valuesOf = (attribute: DicomAttribute, rows: Partial<QueryRows>): (string | number)[] =>
  attribute
    .read(rows as QueryRows)
    .filter((value) => value !== null && value !== undefined && value !== '') as (string | number)[]

const holds = (asked: readonly Match[], rows: Partial<QueryRows>): boolean =>
  asked.every(({ attribute, wanted }) => matches(attribute, wanted, valuesOf(attribute, rows)))

const toAttribute = ({ vr }: DicomAttribute, values: readonly (string | number)[]): JsonAttribute => {
  const told: JsonValue[] = values.map((value) => (vr === 'PN' ? toJsonName(String(value)) : value))
  return told.length === 0 ? { vr } : { vr, Value: told }
}

const uidKeys: ReadonlySet<string> = new Set(['0020000D', '0020000E'])

/** Which attributes an answer has: those of its level, and of levels above that its address does not name. */
const answeredBy = ({ level, study, series, include }: DicomQuery): readonly DicomAttribute[] => {
  const depth = queryLevels.indexOf(level)
  const named = { study: study !== undefined, series: series !== undefined, instance: false }
  return dicomAttributes.filter(({ key, level: of, answered }) => {
    if (queryLevels.indexOf(of) > depth) return false
    if (uidKeys.has(key) || include === 'all' || include.has(key) || include.has(key.slice(0, 8))) return true
    return answered !== 'asked' && !(named[of] && of !== level)
  })
}

const isAnswered = ({ answered }: DicomAttribute, values: readonly unknown[]): boolean =>
  answered === 'always' || values.length > 0

/** Those inside a sequence become one item of it. */
const toSet = (attributes: readonly DicomAttribute[], rows: Partial<QueryRows>): JsonSet => {
  const set: Record<string, JsonAttribute> = {}
  for (const attribute of attributes) {
    const values = valuesOf(attribute, rows)
    if (!isAnswered(attribute, values)) continue
    const [outer = '', inner] = attribute.key.split('.')
    const told = toAttribute(attribute, values)
    if (inner === undefined) set[outer] = told
    else {
      const [item] = set[outer]?.Value ?? []
      set[outer] = { vr: 'SQ', Value: [{ ...(item as JsonSet | undefined), [inner]: told }] }
    }
  }
  return set
}

const listOf = (asked: readonly Match[], key: string): readonly string[] | undefined => {
  const wanted = asked.find(({ attribute }) => attribute.key === key)?.wanted
  return wanted?.kind === 'list' ? wanted.values : undefined
}

const questionOf = (
  asked: readonly Match[],
  found: readonly Series[],
  query: DicomQuery,
): InstanceQuestion => {
  const sopUids = listOf(asked, '00080018')
  const sopClasses = listOf(asked, '00080016')
  const numbers = listOf(asked, '00200013')?.map(Number)
  return {
    series: found.map(({ study, series }) => ({
      studyUid: study.studyUid,
      seriesUid: series.seriesUid,
      instances: series.instanceCount,
    })),
    ...(sopUids === undefined ? {} : { sopUids }),
    ...(sopClasses === undefined ? {} : { sopClasses }),
    ...(numbers === undefined ? {} : { numbers }),
    offset: query.offset,
    limit: query.limit,
  }
}

/** Refuses `case.not-found`. */
export const searchInstances =
  ({ instances, vault }: SearchInstancesNeeds) =>
  async (of: CaseId, query: DicomQuery): Promise<FoundSets | Refusal> => {
    const outline = await instances.outline(of, query.study)
    if (outline === null) return refuse('case.not-found')
    const key = await vault.open(of, outline.wrappedKey)
    const asked = (level: DicomAttribute['level']) =>
      query.matches.filter(({ attribute }) => attribute.level === level)
    const all = readRows(key, outline)
    const inStudies = all.filter(({ study }) => holds(asked('study'), { study }))
    const attributes = answeredBy(query)
    if (query.level === 'study') {
      const studies = [...new Set(inStudies.map(({ study }) => study))]
      const page = studies.slice(query.offset, query.offset + query.limit)
      const found = page.map((study) => {
        const uids = { study: study.studyUid, series: null, instance: null }
        return { ...uids, own: toSet(attributes, { study }), shared: {} }
      })
      return { found, total: studies.length }
    }
    const inSeries = inStudies.filter(
      ({ series }) =>
        (query.series === undefined || query.series === series.seriesUid) &&
        holds(asked('series'), { series }),
    )
    if (query.level === 'series') {
      const found = inSeries.slice(query.offset, query.offset + query.limit).map((rows) => {
        const uids = { study: rows.study.studyUid, series: rows.series.seriesUid }
        return { ...uids, instance: null, own: toSet(attributes, rows), shared: {} }
      })
      return { found, total: inSeries.length }
    }
    const page = await instances.instances(of, questionOf(asked('instance'), inSeries, query))
    // What is of the series or above is the same in all of its instances, and is made once.
    const own = attributes.filter(({ level }) => level === 'instance')
    const shared = attributes.filter(({ level }) => level !== 'instance')
    const bySeries = new Map(
      inSeries.map((rows) => [`${rows.study.studyUid} ${rows.series.seriesUid}`, rows] as const),
    )
    const sets = new Map<Series, JsonSet>()
    const found: FoundSet[] = []
    for (const { item, instance, sealedFacts } of page.instances) {
      const rows = bySeries.get(`${instance.studyUid} ${instance.seriesUid}`)
      if (rows === undefined) continue
      const around = sets.get(rows) ?? toSet(shared, rows)
      sets.set(rows, around)
      const row: InstanceRow = { instance, facts: openFacts(key, of, item, sealedFacts) }
      const uids = { study: instance.studyUid, series: instance.seriesUid, instance: instance.sopUid }
      found.push({ ...uids, own: toSet(own, { instance: row }), shared: around })
      // Others wait for this process too.
      if (found.length % 256 === 0) await giveWay()
    }
    return { found, total: page.total }
  }
