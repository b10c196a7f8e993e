/** The tables of letters, which belong to no index of a case. */
import type { ColumnType, Generated } from 'kysely'
import type { CaseId, LetterId, LinkId, ReceiptAskId, SenderId } from '#domain/id.ts'
import type { Language } from '#domain/language.ts'
import type { LetterKind, LetterState } from '#domain/letter.ts'

type MaybeBytes = ColumnType<Buffer | null, Uint8Array | null, Uint8Array | null>

export type LetterTables = {
  letters: {
    id: LetterId
    case_id: CaseId
    sender_id: SenderId
    link_id: LinkId | null
    kind: LetterKind
    language: Language
    state: LetterState
    /** Null once it has ended, but for one that is kept. */
    sealed: MaybeBytes
    attempts: Generated<number>
    created_at: Date
    /** Not tried before. */
    due_at: Date
    /** When what it answers was asked. */
    asked_at: Date | null
    ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    read_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  }
  receipt_asks: {
    id: ReceiptAskId
    sender_id: SenderId
    asked_at: Date
    answered_at: ColumnType<Date | null, Date | null | undefined, Date | null>
  }
}
