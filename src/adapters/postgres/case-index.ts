/** The index of a case as admission writes it: studies, series, instances, documents, and the verdicts' history. */
import { sql, type Transaction } from 'kysely'
import type { CaseId } from '#domain/id.ts'
import { worstOutcome } from '#domain/verdict.ts'
import type { ItemDecision, Twins } from '#ports/admission-ledger.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** What the case already has of the same bytes, or under the same SOP Instance UIDs. */
export const findTwins = async (trx: Trx, of: CaseId, decisions: readonly ItemDecision[]): Promise<Twins> => {
  const digests = decisions.map((decision) => Buffer.from(decision.sha256))
  const uids = decisions.flatMap((decision) => decision.instance?.sopUid ?? [])
  const kept = ['accepted', 'accepted_with_warnings', 'quarantined', 'released']
  const same = await sql<{ sha256: Buffer }>`
    select sha256 from items
    where case_id = ${of} and sha256 = any(${digests}::bytea[]) and state = any(${kept})`.execute(trx)
  const instances = await sql<{ sop_uid: string; sha256: Buffer }>`
    select instances.sop_uid, items.sha256 from instances join items on items.id = instances.item_id
    where instances.case_id = ${of} and instances.sop_uid = any(${uids}) and items.state = any(${kept})`.execute(
    trx,
  )
  return {
    digests: new Set(same.rows.map((row) => hex(row.sha256))),
    instances: new Map(instances.rows.map((row) => [row.sop_uid, hex(row.sha256)])),
  }
}

/** Adds what is kept to the index; rejected items leave no trace in it. */
export const indexItems = async (
  trx: Trx,
  of: CaseId,
  decided: readonly ItemDecision[],
  at: Date,
): Promise<void> => {
  const kept = decided.filter((decision) => worstOutcome(decision.codes) !== 'rejected')
  const instances = kept.flatMap((decision) =>
    decision.instance === null ? [] : [{ item: decision.item, ...decision.instance }],
  )
  if (instances.length > 0) {
    const studies = instances.map((i) => i.studyUid)
    const series = instances.map((i) => i.seriesUid)
    const modalities = instances.map((i) => i.modality)
    const numbers = instances.map((i) => i.seriesNumber)
    await sql`
      insert into studies (case_id, study_uid, created_at)
      select distinct ${of}::uuid, uid, ${at}::timestamptz from unnest(${studies}::text[]) as t (uid)
      on conflict do nothing`.execute(trx)
    await sql`
      insert into series (case_id, study_uid, series_uid, modality, series_number)
      select distinct on (study, series) ${of}::uuid, study, series, modality, number
      from unnest(${studies}::text[], ${series}::text[], ${modalities}::text[], ${numbers}::int[])
        as t (study, series, modality, number)
      on conflict do nothing`.execute(trx)
    await sql`
      insert into instances (item_id, case_id, study_uid, series_uid, sop_uid, sop_class, transfer_syntax,
        modality, series_number, instance_number, rows, columns, frames)
      select item, ${of}::uuid, study, series, sop, class, syntax, modality, series_number, number, rows, columns,
        frames
      from unnest(${instances.map((i) => i.item)}::uuid[], ${studies}::text[], ${series}::text[],
        ${instances.map((i) => i.sopUid)}::text[], ${instances.map((i) => i.sopClass)}::text[],
        ${instances.map((i) => i.transferSyntax)}::text[], ${modalities}::text[], ${numbers}::int[],
        ${instances.map((i) => i.instanceNumber)}::int[], ${instances.map((i) => i.rows)}::int[],
        ${instances.map((i) => i.columns)}::int[], ${instances.map((i) => i.frames)}::int[])
        as t (item, study, series, sop, class, syntax, modality, series_number, number, rows, columns, frames)`.execute(
      trx,
    )
  }
  const documents = kept.filter((decision) => decision.kind === 'pdf')
  if (documents.length > 0)
    await trx
      .insertInto('documents')
      .values(documents.map((d) => ({ item_id: d.item, case_id: of, pages: d.pages })))
      .execute()
}

/** Writes each verdict down; later ones never replace it. */
export const noteVerdicts = async (trx: Trx, decided: readonly ItemDecision[], at: Date): Promise<void> => {
  if (decided.length === 0) return
  await sql`
    insert into verdicts (item_id, at, outcome, codes)
    select item, ${at}::timestamptz, outcome, string_to_array(codes, ' ')
    from unnest(${decided.map((d) => d.item)}::uuid[], ${decided.map((d) => worstOutcome(d.codes))}::text[],
      ${decided.map((d) => d.codes.join(' '))}::text[]) as t (item, outcome, codes)`.execute(trx)
}
