/** A row of `instances`, joined to its item or absent, as the domain has it. */
import type { InstanceFacts } from '#domain/study.ts'

export type JoinedInstance = {
  readonly study_uid: string | null
  readonly series_uid: string | null
  readonly sop_uid: string | null
  readonly sop_class: string | null
  readonly transfer_syntax: string | null
  readonly modality: string | null
  readonly series_number: number | null
  readonly instance_number: number | null
  readonly rows: number | null
  readonly columns: number | null
  readonly frames: number | null
}

/** Null where the item is no instance. */
export const toInstance = (row: JoinedInstance): InstanceFacts | null =>
  row.study_uid === null
    ? null
    : {
        studyUid: row.study_uid,
        seriesUid: row.series_uid ?? '',
        sopUid: row.sop_uid ?? '',
        sopClass: row.sop_class ?? '',
        transferSyntax: row.transfer_syntax ?? '',
        modality: row.modality ?? '',
        seriesNumber: row.series_number,
        instanceNumber: row.instance_number,
        rows: row.rows,
        columns: row.columns,
        frames: row.frames ?? 1,
      }
