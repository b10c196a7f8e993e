/**
 * The columns that an index object holds of each table. A column that is added to a table is a compile error here
 * until somebody has decided that it is kept. Names and kinds are part of the stored format: a column may be added,
 * and is then read as its default from older indexes; none may change its meaning.
 */
import type { SelectType } from 'kysely'
import type { Tables } from './tables.ts'

type KindOf<Value> = [Value] extends [Date | null]
  ? 'time'
  : [Value] extends [Uint8Array | null]
    ? 'bytes'
    : [Value] extends [number | null]
      ? 'number'
      : [Value] extends [readonly string[] | null]
        ? 'texts'
        : 'text'

type ColumnsOf<Name extends keyof Tables> = {
  readonly [Column in keyof Tables[Name] & string]: KindOf<SelectType<Tables[Name][Column]>>
}

/** Of a case's index, in an order in which no row refers to a later one. */
export const caseTables = {
  cases: {
    id: 'text',
    state: 'text',
    revision: 'number',
    wrapped_key: 'text',
    intake_key: 'text',
    details: 'bytes',
    created_at: 'time',
    changed_at: 'time',
    content_at: 'time',
    withdrawn_by: 'text',
  },
  senders: {
    id: 'text',
    case_id: 'text',
    role: 'text',
    details: 'bytes',
    created_at: 'time',
    started_at: 'time',
    finished_at: 'time',
  },
  introductions: {
    sender_id: 'text',
    case_id: 'text',
    at: 'time',
    role: 'text',
    language: 'text',
    ways: 'texts',
    locked_key: 'text',
    sealed_words: 'bytes',
  },
  consents: {
    id: 'text',
    sender_id: 'text',
    case_id: 'text',
    version: 'text',
    kind: 'text',
    language: 'text',
    text_hash: 'bytes',
    given_at: 'time',
    withdrawn_at: 'time',
  },
  receipts: { sender_id: 'text', at: 'time', statement: 'text' },
  links: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    state: 'text',
    secret_hash: 'bytes',
    code_hash: 'bytes',
    expires_at: 'time',
    max_uses: 'number',
    uses: 'number',
    tries: 'number',
    locked_until: 'time',
    created_at: 'time',
    ended_at: 'time',
    check_kind: 'text',
    language: 'text',
    sealed_facts: 'bytes',
    questions: 'number',
  },
  link_asks: {
    link_id: 'text',
    asked_at: 'time',
    case_id: 'text',
    sender_id: 'text',
    answered_at: 'time',
  },
  plans: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    archive_item: 'text',
    locked_key: 'text',
    created_at: 'time',
  },
  packs: {
    id: 'text',
    case_id: 'text',
    sender_id: 'text',
    state: 'text',
    size: 'number',
    locked_key: 'text',
    attempts: 'number',
    created_at: 'time',
    admitted_at: 'time',
  },
  items: {
    id: 'text',
    seq: 'number',
    case_id: 'text',
    sender_id: 'text',
    plan_id: 'text',
    fingerprint: 'bytes',
    size: 'number',
    state: 'text',
    kind: 'text',
    codes: 'texts',
    sealed_name: 'bytes',
    sealed_facts: 'bytes',
    sha256: 'bytes',
    crc32: 'number',
    have: 'text',
    received_in: 'text',
    attempts: 'number',
    created_at: 'time',
    decided_at: 'time',
  },
  served_copies: { item_id: 'text', patches: 'text', sha256: 'bytes', crc32: 'number' },
  extents: {
    item_id: 'text',
    first: 'number',
    count: 'number',
    pack_id: 'text',
    pack_offset: 'number',
    sealed_length: 'number',
    length: 'number',
    sha256: 'bytes',
    crc32: 'number',
    wrapped_key: 'bytes',
  },
  studies: { case_id: 'text', study_uid: 'text', created_at: 'time' },
  series: {
    case_id: 'text',
    study_uid: 'text',
    series_uid: 'text',
    modality: 'text',
    series_number: 'number',
  },
  instances: {
    item_id: 'text',
    case_id: 'text',
    study_uid: 'text',
    series_uid: 'text',
    sop_uid: 'text',
    sop_class: 'text',
    transfer_syntax: 'text',
    modality: 'text',
    series_number: 'number',
    instance_number: 'number',
    rows: 'number',
    columns: 'number',
    frames: 'number',
  },
  disc_lists: { item_id: 'text', case_id: 'text', sealed_list: 'bytes' },
  documents: { item_id: 'text', case_id: 'text', pages: 'number' },
  item_texts: { item_id: 'text', case_id: 'text', sealed_text: 'bytes' },
  verdicts: { seq: 'number', item_id: 'text', at: 'time', outcome: 'text', codes: 'texts' },
  decisions: {
    seq: 'number',
    case_id: 'text',
    item_id: 'text',
    operator_id: 'text',
    act: 'text',
    reason: 'text',
    outcome: 'text',
    sealed_note: 'bytes',
    at: 'time',
  },
} as const satisfies { readonly [Name in keyof Tables]?: ColumnsOf<Name> }

/** Of a piece of the audit chain. */
export const auditTable = {
  seq: 'number',
  at: 'time',
  action: 'text',
  actor: 'text',
  case_id: 'text',
  object: 'text',
  facts: 'text',
  hash: 'bytes',
} as const satisfies ColumnsOf<'audit'>
