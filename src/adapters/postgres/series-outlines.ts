/**
 * The series of cases as their readable instances have them, kept for as long as a case's revision stands: a viewer asks
 * about one case again and again, and its content changes only together with its revision. What is kept is as the table
 * has it: sealed, without a key.
 */
import { sql } from 'kysely'
import { mayRead } from '#domain/case.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import type { CaseOutline, SeriesOutline } from '#ports/instance-ledger.ts'
import type { Database } from './database.ts'
import { keepOutlines } from './kept-outlines.ts'
import { readable } from './readable-instances.ts'

/** Series kept in all, of some kilobytes each; a case with more of them is read anew for every question. */
const mostKept = 1_000

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

const readSeries = async (db: Database, of: CaseId): Promise<SeriesOutline[]> => {
  const { rows } = await sql<SeriesRow>`
    select found.*, items.sealed_facts from (
      select study_uid, series_uid, array_agg(distinct modality) as modalities,
        array_agg(distinct sop_class) as classes, min(series_number) as number, count(*)::int as instances,
        (array_agg(item_id order by instance_number, sop_uid, item_id))[1] as item
      from instances where instances.case_id = ${of} and ${readable(of, true)} group by study_uid, series_uid
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
    // A copy: what the driver gives is a sliver of a page that would be held with it.
    sealedFacts: new Uint8Array(row.sealed_facts),
  }))
}

/** As `InstanceLedger.outline`. Whether the case may be read at all is asked every time. */
export const readOutlines = (db: Database): ((of: CaseId, study?: string) => Promise<CaseOutline | null>) => {
  const outlines = keepOutlines(mostKept)
  return async (of, study) => {
    // Before the series: what is read after it may be newer than it says, never older.
    const owner = await db
      .selectFrom('cases')
      .select(['state', 'wrapped_key', 'revision'])
      .where('id', '=', of)
      .executeTakeFirst()
    if (owner === undefined || owner.wrapped_key === null || !mayRead(owner.state)) {
      outlines.forget(of)
      return null
    }
    const { wrapped_key: wrappedKey, revision } = owner
    const known = outlines.find(of, revision)
    const series = known ?? (await readSeries(db, of))
    if (known === null) outlines.keep(of, { revision, series })
    return {
      case: of,
      wrappedKey,
      series: study === undefined ? series : series.filter(({ studyUid }) => studyUid === study),
    }
  }
}
