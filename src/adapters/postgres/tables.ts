/**
 * The tables as Kysely sees them; their making stands in `migrations/`. No column holds a secret, a name, a file
 * name or a date of birth in the open: `sealed_…`, `details` and `…_key` columns are ciphertext, `…_hash` digests.
 */
import type { ColumnType, Generated } from 'kysely'
import type { CaseState } from '#domain/case.ts'
import type {
  CaseId,
  GrantId,
  IndexId,
  ItemId,
  LinkId,
  OperatorId,
  PackId,
  PlanId,
  ReaderId,
  SenderId,
  SessionId,
} from '#domain/id.ts'
import type { ItemKind, ItemState } from '#domain/item.ts'
import type { Language } from '#domain/language.ts'
import type { LinkCheck, LinkState } from '#domain/link.ts'
import type { PackState } from '#domain/pack.ts'
import type { ReaderState } from '#domain/reader.ts'
import type { SenderRole } from '#domain/sender-role.ts'
import type { Outcome } from '#domain/verdict.ts'
import type { DecisionRow } from '#ports/decision-ledger.ts'
import type { CopyTables } from './copy-tables.ts'
import type { IntroductionTables } from './introduction-tables.ts'
import type { LetterTables } from './letter-tables.ts'
import type { PushTables } from './push-tables.ts'

type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>
type MaybeBytes = ColumnType<Buffer | null, Uint8Array | null, Uint8Array | null>

export type Tables = CopyTables &
  IntroductionTables &
  LetterTables &
  PushTables & {
    cases: {
      id: CaseId
      state: CaseState
      revision: Generated<number>
      wrapped_key: string | null
      intake_key: string | null
      details: MaybeBytes
      created_at: Date
      /** When its state moved last. */
      changed_at: Date
      /** When its revision was last counted up. */
      content_at: Date
      /** The sender whose withdrawal took it out of reading; null when it is in no such state, or for another reason. */
      withdrawn_by: ColumnType<SenderId | null, SenderId | null | undefined, SenderId | null>
    }
    senders: {
      id: SenderId
      case_id: CaseId
      role: SenderRole
      details: Bytes
      created_at: Date
      started_at: Date | null
      finished_at: Date | null
    }
    receipts: { sender_id: SenderId; at: Date; statement: string }
    links: {
      id: LinkId
      case_id: CaseId
      sender_id: SenderId
      state: LinkState
      secret_hash: Bytes
      code_hash: MaybeBytes
      expires_at: Date
      max_uses: number | null
      uses: Generated<number>
      tries: Generated<number>
      locked_until: Date | null
      created_at: Date
      ended_at: Date | null
      /** Null in a link of before: one with a `code_hash` asks for a code, another for nothing. */
      check_kind: ColumnType<LinkCheck | null, LinkCheck, LinkCheck>
      language: Generated<Language>
      sealed_facts: MaybeBytes
      /** People found on its sender's machine that it asked about. */
      questions: Generated<number>
    }
    link_asks: {
      link_id: LinkId
      asked_at: Date
      case_id: CaseId
      sender_id: SenderId
      answered_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    }
    sessions: {
      id: SessionId
      token_hash: Bytes
      link_id: LinkId
      sender_id: SenderId
      case_id: CaseId
      created_at: Date
      seen_at: Date
    }
    plans: {
      id: PlanId
      case_id: CaseId
      sender_id: SenderId
      /** The archive its files came out of. */
      archive_item: ItemId | null
      locked_key: string
      created_at: Date
    }
    items: {
      id: ItemId
      seq: Generated<number>
      case_id: CaseId
      sender_id: SenderId
      plan_id: PlanId
      fingerprint: Bytes
      size: number
      state: ItemState
      kind: ItemKind | null
      codes: string[]
      sealed_name: Bytes
      sealed_facts: MaybeBytes
      sha256: MaybeBytes
      crc32: number | null
      have: string
      received_in: PackId | null
      /** Times an archive was opened since a file last came out of it. */
      attempts: Generated<number>
      created_at: Date
      decided_at: Date | null
    }
    packs: {
      id: PackId
      case_id: CaseId
      sender_id: SenderId
      state: PackState
      size: number
      locked_key: string
      attempts: Generated<number>
      created_at: Date
      admitted_at: Date | null
    }
    pack_heads: { pack_id: PackId; sealed_heads: Bytes }
    served_copies: { item_id: ItemId; patches: string; sha256: Bytes; crc32: number }
    extents: {
      item_id: ItemId
      first: number
      count: number
      pack_id: PackId
      pack_offset: number
      sealed_length: number
      length: number
      sha256: Bytes
      crc32: number
      wrapped_key: MaybeBytes
    }
    studies: { case_id: CaseId; study_uid: string; created_at: Date }
    series: {
      case_id: CaseId
      study_uid: string
      series_uid: string
      modality: string
      series_number: number | null
    }
    instances: {
      item_id: ItemId
      case_id: CaseId
      study_uid: string
      series_uid: string
      sop_uid: string
      sop_class: string
      transfer_syntax: string
      modality: string
      series_number: number | null
      instance_number: number | null
      rows: number | null
      columns: number | null
      frames: number
    }
    disc_lists: { item_id: ItemId; case_id: CaseId; sealed_list: Bytes }
    documents: { item_id: ItemId; case_id: CaseId; pages: number | null }
    item_texts: { item_id: ItemId; case_id: CaseId; sealed_text: Bytes }
    verdicts: {
      seq: Generated<number>
      item_id: ItemId
      at: Date
      outcome: Outcome
      codes: string[]
    }
    decisions: {
      seq: Generated<number>
      case_id: CaseId
      item_id: ItemId
      operator_id: OperatorId
      act: DecisionRow['act']
      reason: DecisionRow['reason']
      outcome: DecisionRow['outcome']
      sealed_note: MaybeBytes
      at: Date
    }
    grants: {
      id: GrantId
      case_id: CaseId
      scopes: string[]
      expires_at: Date
      revoked_at: Date | null
      created_by: OperatorId | null
      created_at: Date
      capability_hash: ColumnType<Buffer | null, Uint8Array | null | undefined, Uint8Array | null>
      reader_id: ColumnType<ReaderId | null, ReaderId | null | undefined, ReaderId | null>
    }
    readers: {
      id: ReaderId
      case_id: CaseId
      state: ReaderState
      details: Bytes
      secret_hash: Bytes
      code_hash: Bytes
      expires_at: Date
      tries: Generated<number>
      locked_until: Date | null
      invited_by: OperatorId
      invited_at: Date
      token_hash: MaybeBytes
      entered_at: Date | null
      seen_at: Date | null
      ended_at: Date | null
    }
    operator_codes: { code_hash: Bytes; created_at: Date; expires_at: Date; used_at: Date | null }
    operator_sessions: { id: OperatorId; token_hash: Bytes; created_at: Date; expires_at: Date }
    audit: {
      seq: number
      at: Date
      action: string
      actor: string
      case_id: CaseId | null
      object: string | null
      facts: string
      hash: Bytes
    }
    case_indexes: {
      case_id: CaseId
      /** Counts every change; the last index holds those up to `indexed`. */
      changed: Generated<number>
      /** The last change that the index should have at once. */
      urgent: Generated<number>
      indexed: Generated<number>
      sequence: Generated<number>
      object: IndexId | null
      written_at: ColumnType<Date | null, Date | null | undefined, Date | null>
      cost_ms: Generated<number>
    }
    audit_pieces: { first: number; last: number; object: CaseId; written_at: Date }
  }
