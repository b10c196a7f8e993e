/** The readable DICOM objects of a case in PostgreSQL. Every statement begins at an index that has the case first. */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { mayRead } from '#domain/case.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { readableStates } from '#domain/item.ts'
import { patchedOnlyCodes } from '#domain/patch.ts'
import type { InstanceContent, InstanceLedger, InstanceScope, SeriesOutline } from '#ports/instance-ledger.ts'
import { type Database, guarded } from './database.ts'
import { readContent } from './delivery-ledger.ts'
import { type JoinedInstance, toInstance } from './instance-row.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

/**
 * Instances with their items, those that a reader may have: what `readItems` of the delivery ledger gives. With the
 * case said of both, all of a case is two short scans instead of a look at each item by its id.
 */
const readable = (of: CaseId): RawBuilder<unknown> => sql`
  instances join items on items.id = instances.item_id and items.case_id = ${of}
    and items.state = any(${[...readableStates]}) and items.kind = 'dicom' and items.sha256 is not null
    and items.crc32 is not null and items.sealed_facts is not null
    and (not items.codes && ${[...patchedOnlyCodes]}::text[]
      or exists (select from served_copies where served_copies.item_id = items.id))`

const inScope = (of: CaseId, { study, series, instance }: Partial<InstanceScope>): RawBuilder<unknown> => sql`
  instances.case_id = ${of}
  ${study === undefined ? sql`` : sql`and instances.study_uid = ${study}`}
  ${series === undefined ? sql`` : sql`and instances.series_uid = ${series}`}
  ${instance === undefined ? sql`` : sql`and instances.sop_uid = ${instance}`}`

type SeriesRow = {
  readonly study_uid: string
  readonly series_uid: string
  readonly modalities: string[]
  readonly classes: string[]
  readonly number: number | null
  readonly instances: number
  readonly item: ItemId
  readonly sealed_facts: Buffer
}

const readSeries = async (
  db: Database,
  of: CaseId,
  scope: Partial<InstanceScope>,
): Promise<SeriesOutline[]> => {
  const { rows } = await sql<SeriesRow>`
    select found.*, items.sealed_facts from (
      select study_uid, series_uid, array_agg(distinct modality) as modalities,
        array_agg(distinct sop_class) as classes, min(series_number) as number, count(*)::int as instances,
        (array_agg(items.id order by instance_number, sop_uid, items.id))[1] as item
      from ${readable(of)} where ${inScope(of, scope)} group by study_uid, series_uid
    ) as found join items on items.id = found.item
    order by study_uid, number, series_uid`.execute(db)
  return rows.map((row) => ({
    studyUid: row.study_uid,
    seriesUid: row.series_uid,
    modalities: row.modalities,
    sopClasses: row.classes,
    number: row.number,
    instances: row.instances,
    item: row.item,
    sealedFacts: row.sealed_facts,
  }))
}

type PageRow = JoinedInstance & {
  readonly item_id: ItemId
  readonly sealed_facts: Buffer
}

const narrowed = (column: string, values: readonly (string | number)[] | undefined, type: string) =>
  values === undefined ? sql`` : sql`and ${sql.ref(column)} = any(${[...values]}::${sql.raw(type)}[])`

const readPage: (db: Database) => InstanceLedger['instances'] =
  (db) =>
  async (of, { series, sopUids, sopClasses, numbers, offset, limit }) => {
    const from = sql`
      unnest(${series.map((one) => one.studyUid)}::text[], ${series.map((one) => one.seriesUid)}::text[])
        with ordinality as asked (study, series, nth)
      join (${readable(of)}) on instances.case_id = ${of} and instances.study_uid = asked.study
        and instances.series_uid = asked.series
      where true ${narrowed('instances.sop_uid', sopUids, 'text')}
        ${narrowed('instances.sop_class', sopClasses, 'text')}
        ${narrowed('instances.instance_number', numbers, 'bigint')}`
    // The page is found before its sealed facts are fetched: a sort would carry them along.
    const page = await sql<PageRow>`
      select instances.*, items.sealed_facts from (
        select instances.item_id as found, asked.nth from ${from}
        order by asked.nth, instance_number, sop_uid, instances.item_id limit ${limit} offset ${offset}
      ) as page join instances on instances.item_id = page.found join items on items.id = page.found
      order by page.nth, instance_number, sop_uid, item_id`.execute(db)
    const full = page.rows.length === limit || (offset > 0 && page.rows.length === 0)
    const counted = full
      ? await sql<{ total: number }>`select count(*)::int as total from ${from}`.execute(db)
      : null
    return {
      total: counted?.rows[0]?.total ?? offset + page.rows.length,
      instances: page.rows.flatMap((row) => {
        const instance = toInstance(row)
        return instance === null ? [] : [{ item: row.item_id, instance, sealedFacts: row.sealed_facts }]
      }),
    }
  }

const findItems = async (trx: Trx, of: CaseId, scope: InstanceScope): Promise<ItemId[]> => {
  const { rows } = await sql<{ item_id: ItemId }>`
    select instances.item_id from ${readable(of)} where ${inScope(of, scope)}
    order by series_number, series_uid, instance_number, sop_uid, instances.item_id`.execute(trx)
  return rows.map((row) => row.item_id)
}

const countWithheld = async (trx: Trx, of: CaseId, scope: InstanceScope): Promise<number> => {
  const { rows } = await sql<{ withheld: number }>`
    select count(*)::int as withheld from instances join items on items.id = instances.item_id
    where items.state = 'quarantined' and ${inScope(of, scope)}`.execute(trx)
  return rows[0]?.withheld ?? 0
}

const readInScope = async (
  db: Database,
  of: CaseId,
  scope: InstanceScope,
): Promise<InstanceContent | null> => {
  let order: readonly ItemId[] = []
  let withheld = 0
  const content = await readContent(db, of, async (trx) => {
    order = await findItems(trx, of, scope)
    withheld = await countWithheld(trx, of, scope)
    return order
  })
  if (content === null) return null
  const items = new Map(content.items.map((item) => [item.id, item]))
  return {
    ...content,
    withheld,
    items: order.flatMap((id) => {
      const item = items.get(id)
      return item === undefined || item.instance === null ? [] : [{ ...item, instance: item.instance }]
    }),
  }
}

export const createInstanceLedger = (db: Database): InstanceLedger => ({
  outline: (of, study) =>
    guarded(async () => {
      const owner = await db
        .selectFrom('cases')
        .select(['state', 'wrapped_key'])
        .where('id', '=', of)
        .executeTakeFirst()
      if (owner === undefined || owner.wrapped_key === null || !mayRead(owner.state)) return null
      const scope = study === undefined ? {} : { study }
      return { case: of, wrappedKey: owner.wrapped_key, series: await readSeries(db, of, scope) }
    }),

  instances: (of, question) => guarded(() => readPage(db)(of, question)),

  content: (of, scope) => guarded(() => readInScope(db, of, scope)),
})
