/** The tables of de-identified copies, which belong to no index of a case. */
import type { ColumnType, Generated } from 'kysely'
import type { CopyOptions, CopyState } from '#domain/copy.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'

type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>

export type CopyTables = {
  copies: {
    id: CopyId
    case_id: CaseId
    state: CopyState
    dates: CopyOptions['dates']
    characteristics: boolean
    burned_in: CopyOptions['burnedIn']
    sealed: Bytes
    attempts: Generated<number>
    asked_at: Date
    /** Not begun before. */
    due_at: Date
    ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    revision: ColumnType<number | null, number | null | undefined, number | null>
    may_show_text: Generated<number>
    /** JSON: how many files of which kind are not in it, and why. */
    left_out: Generated<string>
  }
  copy_items: {
    copy_id: CopyId
    id: ItemId
    item_id: ItemId
    size: number
    sha256: Bytes
    crc32: number
    head_length: number
    follows_from: number
    sealed_facts: Bytes
    sealed_head: Bytes
  }
}
