/** Push ledger: what is to go to which PACS, how far it is, and how it ended. */
import type { FaultCode } from '#domain/fault.ts'
import type { CaseId, PushId } from '#domain/id.ts'
import type { Push } from '#domain/push.ts'

export type NewPush = Pick<Push, 'id' | 'case' | 'target' | 'study'> & { readonly at: Date }

/** `code`: why some or all did not go; null when all did. Without counts those noted before stand. */
export type PushEnd = {
  readonly state: 'done' | 'failed'
  readonly sent?: number
  readonly failed?: number
  readonly code: FaultCode | null
  readonly at: Date
}

export type PushLedger = {
  /** The push that is now owed: this one, or one of the same case, target and study that has not ended yet. */
  openPush(push: NewPush): Promise<PushId>
  /** `owed | running → running`, counts from 0 again. Null when there is none or it ended. */
  takePush(id: PushId, at: Date): Promise<Push | null>
  /** How far it is. Nothing once it ended. */
  notePush(id: PushId, sent: number, failed: number, at: Date): Promise<void>
  /** Why it waits for a next try. Nothing once it ended. */
  delayPush(id: PushId, code: FaultCode, at: Date): Promise<void>
  /** As it ended; null when there is none, or it had ended. */
  endPush(id: PushId, end: PushEnd): Promise<Push | null>
  /** Newest first. */
  pushesOf(id: CaseId): Promise<readonly Push[]>
  /** Not ended, and nothing happened to them since `before`; oldest first. */
  owedPushes(before: Date, limit: number): Promise<readonly PushId[]>
}
