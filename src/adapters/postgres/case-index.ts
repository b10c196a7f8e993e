/** The index of a case as admission writes it: studies, series, instances, documents, and the verdicts' history. */
import { type RawBuilder, sql } from 'kysely'
import type { CaseId, ItemId } from '#domain/id.ts'
import { decidedState, readableStates } from '#domain/item.ts'
import { worstOutcome } from '#domain/verdict.ts'
import type { ArrivedPack, ItemDecision, Twins } from '#ports/admission-ledger.ts'
import { addServed } from './served-copy.ts'

type Statement = RawBuilder<unknown>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

type TwinRow = {
  readonly sop_uid: string | null
  readonly sha256: Buffer | null
  readonly item: ItemId | null
  readonly facts: Buffer | null
}

/**
 * What the case already has of the same bytes, or under the same SOP Instance UIDs, and one item of each study. Digests
 * are looked up one by one: asked for together they are searched for among all items of the case.
 */
export const findTwins = (of: CaseId, decisions: readonly ItemDecision[]): RawBuilder<TwinRow> => {
  const digests = decisions.map((decision) => Buffer.from(decision.sha256))
  const uids = decisions.flatMap((decision) => decision.instance?.sopUid ?? [])
  const kept = ['accepted', 'accepted_with_warnings', 'quarantined', 'released', 'unpacking', 'unpacked']
  return sql<TwinRow>`
    select null::text as sop_uid, given.sha256, null::uuid as item, null::bytea as facts
    from unnest(${digests}::bytea[]) as given (sha256) cross join lateral (
      select state from items where case_id = ${of} and sha256 = given.sha256 offset 0) as twin
    where twin.state = any(${kept})
    union all
    select instances.sop_uid, items.sha256, null, null from instances join items on items.id = instances.item_id
    where instances.case_id = ${of} and instances.sop_uid = any(${uids}) and items.state = any(${kept})
    union all
    select null, null, one.id, one.sealed_facts from studies cross join lateral (
      select items.id, items.sealed_facts from instances join items on items.id = instances.item_id
      where instances.case_id = studies.case_id and instances.study_uid = studies.study_uid
        and items.case_id = studies.case_id and items.state = any(${[...readableStates]}) and items.sealed_facts is not null
      limit 1) as one
    where studies.case_id = ${of}`
}

export const toTwins = (rows: readonly TwinRow[]): Twins => ({
  digests: new Set(
    rows.flatMap(({ sop_uid, sha256 }) => (sop_uid === null && sha256 !== null ? [hex(sha256)] : [])),
  ),
  instances: new Map(
    rows.flatMap(({ sop_uid, sha256 }) =>
      sop_uid === null || sha256 === null ? [] : [[sop_uid, hex(sha256)] as const],
    ),
  ),
  shown: rows.flatMap(({ item, facts }) =>
    item === null || facts === null ? [] : [{ item, sealedFacts: facts }],
  ),
})

/** Keys under the case key take the place of those under the packs' keys; those of rejected items are destroyed. */
const replaceKeys = (pack: ArrivedPack, decided: readonly ItemDecision[]): Statement => {
  const extents = new Map(pack.items.map((item) => [item.id, item.extents]))
  const rows = decided.flatMap((decision) =>
    (extents.get(decision.item) ?? []).map((extent, index) => ({
      item: decision.item,
      first: extent.first,
      key: worstOutcome(decision.codes) === 'rejected' ? null : Buffer.from(decision.keys[index] ?? []),
    })),
  )
  return sql`
    update extents set wrapped_key = t.key
    from unnest(${rows.map((r) => r.item)}::uuid[], ${rows.map((r) => r.first)}::int[],
      ${rows.map((r) => r.key)}::bytea[]) as t (item, first, key)
    where extents.item_id = t.item and extents.first = t.first
      and extents.item_id = any(${decided.map((decision) => decision.item)}::uuid[])`
}

const addInstances = (of: CaseId, kept: readonly ItemDecision[], at: Date): Statement[] => {
  const instances = kept.flatMap((decision) =>
    decision.instance === null ? [] : [{ item: decision.item, ...decision.instance }],
  )
  if (instances.length === 0) return []
  const studies = instances.map((i) => i.studyUid)
  const series = instances.map((i) => i.seriesUid)
  const modalities = instances.map((i) => i.modality)
  const numbers = instances.map((i) => i.seriesNumber)
  return [
    sql`
      insert into studies (case_id, study_uid, created_at)
      select distinct ${of}::uuid, uid, ${at}::timestamptz from unnest(${studies}::text[]) as t (uid)
      on conflict do nothing`,
    sql`
      insert into series (case_id, study_uid, series_uid, modality, series_number)
      select distinct on (study, series) ${of}::uuid, study, series, modality, number
      from unnest(${studies}::text[], ${series}::text[], ${modalities}::text[], ${numbers}::int[])
        as t (study, series, modality, number)
      on conflict do nothing`,
    sql`
      insert into instances (item_id, case_id, study_uid, series_uid, sop_uid, sop_class, transfer_syntax,
        modality, series_number, instance_number, rows, columns, frames)
      select item, ${of}::uuid, study, series, sop, class, syntax, modality, series_number, number, rows, columns,
        frames
      from unnest(${instances.map((i) => i.item)}::uuid[], ${studies}::text[], ${series}::text[],
        ${instances.map((i) => i.sopUid)}::text[], ${instances.map((i) => i.sopClass)}::text[],
        ${instances.map((i) => i.transferSyntax)}::text[], ${modalities}::text[], ${numbers}::int[],
        ${instances.map((i) => i.instanceNumber)}::int[], ${instances.map((i) => i.rows)}::int[],
        ${instances.map((i) => i.columns)}::int[], ${instances.map((i) => i.frames)}::int[])
        as t (item, study, series, sop, class, syntax, modality, series_number, number, rows, columns, frames)`,
  ]
}

const addDocuments = (of: CaseId, kept: readonly ItemDecision[]): Statement[] => {
  const documents = kept.filter((decision) => decision.kind === 'pdf')
  if (documents.length === 0) return []
  return [
    sql`
      insert into documents (item_id, case_id, pages)
      select item, ${of}::uuid, pages
      from unnest(${documents.map((d) => d.item)}::uuid[], ${documents.map((d) => d.pages)}::int[])
        as t (item, pages)`,
  ]
}

/** Kept although the directory itself is refused: it says what should have come. */
const addLists = (of: CaseId, decided: readonly ItemDecision[]): Statement[] => {
  const lists = decided.flatMap(({ item, sealedList: list }) =>
    list === undefined ? [] : [{ item, list: Buffer.from(list) }],
  )
  if (lists.length === 0) return []
  return [
    sql`
      insert into disc_lists (item_id, case_id, sealed_list)
      select item, ${of}::uuid, list
      from unnest(${lists.map((l) => l.item)}::uuid[], ${lists.map((l) => l.list)}::bytea[]) as t (item, list)`,
  ]
}

const addTexts = (of: CaseId, kept: readonly ItemDecision[]): Statement[] => {
  const texts = kept.flatMap(({ item, sealedText }) =>
    sealedText === undefined ? [] : [{ item, sealedText }],
  )
  if (texts.length === 0) return []
  return [
    sql`
      insert into item_texts (item_id, case_id, sealed_text)
      select item, ${of}::uuid, text
      from unnest(${texts.map((t) => t.item)}::uuid[], ${texts.map((t) => Buffer.from(t.sealedText))}::bytea[])
        as t (item, text)
      on conflict (item_id) do update set sealed_text = excluded.sealed_text`,
  ]
}

/** Each verdict is written down; later ones never replace it. */
const addVerdicts = (decided: readonly ItemDecision[], at: Date): Statement => sql`
    insert into verdicts (item_id, at, outcome, codes)
    select item, ${at}::timestamptz, outcome, string_to_array(codes, ' ')
    from unnest(${decided.map((d) => d.item)}::uuid[], ${decided.map((d) => worstOutcome(d.codes))}::text[],
      ${decided.map((d) => d.codes.join(' '))}::text[]) as t (item, outcome, codes)`

/** What the case offers its readers is another from now on. */
const renewContent = (of: CaseId, at: Date): Statement => sql`
    update cases set revision = revision + 1, content_at = ${at} where id = ${of}`

const isReadable = (decision: ItemDecision): boolean =>
  readableStates.some((state) => state === decidedState(decision))

/**
 * Everything that follows from decisions about items of a pack: keys, the index of the case, the verdicts. Rejected items
 * leave no trace in the index, but for what a disc lists. They may run in any order, and as one statement.
 */
export const writeDecisions = (
  pack: ArrivedPack,
  decided: readonly ItemDecision[],
  at: Date,
): readonly RawBuilder<unknown>[] => {
  const kept = decided.filter((decision) => worstOutcome(decision.codes) !== 'rejected')
  return [
    replaceKeys(pack, decided),
    ...addInstances(pack.case, kept, at),
    ...addDocuments(pack.case, kept),
    ...addServed(kept),
    ...addLists(pack.case, decided),
    ...addTexts(pack.case, kept),
    addVerdicts(decided, at),
    ...(decided.some(isReadable) ? [renewContent(pack.case, at)] : []),
  ]
}
