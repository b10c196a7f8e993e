/** The tables of who is sending and what they agreed to, as Kysely sees them; like `tables.ts`. */
import type { ColumnType } from 'kysely'
import type { ConsentKind } from '#domain/consent.ts'
import type { CaseId, ConsentId, SenderId } from '#domain/id.ts'
import type { Way } from '#domain/introduction.ts'
import type { Language } from '#domain/language.ts'
import type { SenderRole } from '#domain/sender-role.ts'

type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>

export type IntroductionTables = {
  introductions: {
    sender_id: SenderId
    case_id: CaseId
    at: Date
    role: SenderRole
    language: Language
    ways: Way[]
    locked_key: string
    sealed_words: Bytes
  }
  consents: {
    id: ConsentId
    sender_id: SenderId
    case_id: CaseId
    version: string
    kind: ConsentKind
    language: Language
    text_hash: Bytes
    given_at: Date
    withdrawn_at: Date | null
  }
}
