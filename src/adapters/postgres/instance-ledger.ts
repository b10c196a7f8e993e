/** The readable DICOM objects of a case in PostgreSQL. Every statement begins at an index that has the case first. */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { CaseId, ItemId } from '#domain/id.ts'
import type {
  InstanceContent,
  InstanceLedger,
  InstanceQuestion,
  InstanceScope,
} from '#ports/instance-ledger.ts'
import { type Database, guarded } from './database.ts'
import { readContent } from './delivery-ledger.ts'
import { type JoinedInstance, toInstance } from './instance-row.ts'
import { readable } from './readable-instances.ts'
import { readOutlines } from './series-outlines.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

type PageRow = JoinedInstance & { readonly item_id: ItemId; readonly sealed_facts: Buffer }

type Page = Awaited<ReturnType<InstanceLedger['instances']>>

const toFound = (rows: readonly PageRow[]): Page['instances'] =>
  rows.flatMap((row) => {
    const instance = toInstance(row)
    return instance === null ? [] : [{ item: row.item_id, instance, sealedFacts: row.sealed_facts }]
  })

/**
 * The series, numbered as they are asked for. One alone stands as a row: of a list the planner has to guess how long it
 * is, and so plans anew for every page.
 */
const listed = (series: InstanceQuestion['series']): RawBuilder<unknown> => {
  const [first, ...more] = series
  return first !== undefined && more.length === 0
    ? sql`(values (${first.studyUid}::text, ${first.seriesUid}::text, 1::bigint)) as asked (study, series, nth)`
    : sql`unnest(${series.map((one) => one.studyUid)}::text[], ${series.map((one) => one.seriesUid)}::text[])
        with ordinality as asked (study, series, nth)`
}

/** The instances of `series`, readable or not. */
const asked = (of: CaseId, series: InstanceQuestion['series']): RawBuilder<unknown> => sql`
  ${listed(series)} join instances on instances.case_id = ${of} and instances.study_uid = asked.study
    and instances.series_uid = asked.series`

// The page is found before its sealed facts are fetched: a sort would carry them along.
const fetchPage = <Row extends PageRow>(page: RawBuilder<unknown>): RawBuilder<Row> => sql<Row>`
  select instances.*, items.sealed_facts, page.* from (${page}) as page
  join instances on instances.item_id = page.found join items on items.id = page.found
  order by page.nth, instance_number, sop_uid, item_id`

/** More than these are looked up in one scan of the case rather than each by itself. */
const fewRows = 500

/** The series that a page begins and ends in and those between, and where in the first of them it begins. */
const cutSeries = ({ series, offset, limit }: InstanceQuestion) => {
  let before = 0
  let first = 0
  while (first < series.length && before + (series[first]?.instances ?? 0) <= offset) {
    before += series[first]?.instances ?? 0
    first += 1
  }
  let [end, holds] = [first, before]
  while (end < series.length && holds < offset + limit) {
    holds += series[end]?.instances ?? 0
    end += 1
  }
  return { series: series.slice(first, end), offset: offset - before }
}

/**
 * A page of whole series, whose instances were counted before: only the series it lies in are put in order, and only
 * those that come up are looked at whether they may be read.
 */
const readPlainPage = async (db: Database, of: CaseId, question: InstanceQuestion): Promise<Page> => {
  const total = question.series.reduce((sum, { instances }) => sum + instances, 0)
  const { series, offset } = cutSeries(question)
  if (series.length === 0) return { total, instances: [] }
  const { limit } = question
  // Said twice in the same words, or the planner puts them in order again after it has looked at all of them.
  const order = sql`${series.length === 1 ? sql`` : sql`nth, `} instance_number, sop_uid, item_id`
  const { rows } = await fetchPage(sql`
    select instances.item_id as found, instances.nth from (
      select instances.item_id, asked.nth, instance_number, sop_uid from ${asked(of, series)}
      order by ${order} offset 0
    ) as instances where ${readable(of, offset + limit > fewRows)}
    order by ${order} limit ${limit} offset ${offset}`).execute(db)
  return { total, instances: toFound(rows) }
}

const narrowed = (column: string, values: readonly (string | number)[] | undefined, type: string) =>
  values === undefined ? sql`` : sql`and ${sql.ref(column)} = any(${[...values]}::${sql.raw(type)}[])`

/** A page of those that the question's lists leave, and how many these are. */
const readNarrowedPage = async (
  db: Database,
  of: CaseId,
  { series, sopUids, sopClasses, numbers, offset, limit }: InstanceQuestion,
): Promise<Page> => {
  const from = sql`${asked(of, series)}
    where ${readable(of, sopUids === undefined)} ${narrowed('instances.sop_uid', sopUids, 'text')}
      ${narrowed('instances.sop_class', sopClasses, 'text')}
      ${narrowed('instances.instance_number', numbers, 'bigint')}`
  const { rows } = await fetchPage<PageRow & { readonly total: number }>(sql`
    select instances.item_id as found, asked.nth, (count(*) over ())::int as total from ${from}
    order by asked.nth, instance_number, sop_uid, instances.item_id limit ${limit} offset ${offset}`).execute(
    db,
  )
  const past = rows.length === 0 && (offset > 0 || limit === 0)
  const counted = past
    ? (await sql<{ total: number }>`select count(*)::int as total from ${from}`.execute(db)).rows
    : rows
  return { total: counted[0]?.total ?? 0, instances: toFound(rows) }
}

const isNarrowed = ({ sopUids, sopClasses, numbers }: InstanceQuestion): boolean =>
  [sopUids, sopClasses, numbers].some((list) => list !== undefined)

const inScope = (of: CaseId, { study, series, instance }: InstanceScope): RawBuilder<unknown> => sql`
  instances.case_id = ${of}
  and instances.study_uid = ${study}
  ${series === undefined ? sql`` : sql`and instances.series_uid = ${series}`}
  ${instance === undefined ? sql`` : sql`and instances.sop_uid = ${instance}`}`

const findItems = async (trx: Trx, of: CaseId, scope: InstanceScope): Promise<ItemId[]> => {
  const { rows } = await sql<{ item_id: ItemId }>`
    select instances.item_id from instances
    where ${inScope(of, scope)} and ${readable(of, scope.instance === undefined)}
    order by series_number, series_uid, instance_number, sop_uid, instances.item_id`.execute(trx)
  return rows.map((row) => row.item_id)
}

const countWithheld = async (trx: Trx, of: CaseId, scope: InstanceScope): Promise<number> => {
  const { rows } = await sql<{ withheld: number }>`
    select count(*)::int as withheld from instances where ${inScope(of, scope)}
      and (instances.item_id in (
        select items.id from items where items.case_id = ${of} and items.state = 'quarantined')) is true`.execute(
    trx,
  )
  return rows[0]?.withheld ?? 0
}

const readInScope = async (
  db: Database,
  of: CaseId,
  scope: InstanceScope,
): Promise<InstanceContent | null> => {
  let order: readonly ItemId[] = []
  let withheld = 0
  const find = async (trx: Trx): Promise<readonly ItemId[]> => {
    order = await findItems(trx, of, scope)
    withheld = await countWithheld(trx, of, scope)
    return order
  }
  const content = await readContent(db, of, find, 'left')
  if (content === null) return null
  const items = new Map(content.items.map((item) => [item.id, item]))
  return {
    ...content,
    withheld,
    items: order.flatMap((id) => {
      const item = items.get(id)
      if (item === undefined || item.instance === null) return []
      const { kind, size, sha256, crc32, codes, served, extents, instance } = item
      return [{ id, kind, size, sha256, crc32, codes, served, extents, instance }]
    }),
  }
}

export const createInstanceLedger = (db: Database): InstanceLedger => {
  const outline = readOutlines(db)
  return {
    outline: (of, study) => guarded(() => outline(of, study)),

    instances: (of, question) =>
      guarded(() =>
        isNarrowed(question) ? readNarrowedPage(db, of, question) : readPlainPage(db, of, question),
      ),

    content: (of, scope) => guarded(() => readInScope(db, of, scope)),
  }
}
