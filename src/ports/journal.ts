/**
 * Journal: what an operator reads in the log. The fields are closed: ids, codes, counts and durations. There is
 * no field for a message, a name, a path or an exception, so nothing a person typed has a way in; an adapter
 * drops a value that is not of its field's shape.
 */
import type { FaultCode } from '#domain/fault.ts'
import type {
  CaseId,
  GrantId,
  ItemId,
  LetterId,
  LinkId,
  OperatorId,
  PackId,
  PlanId,
  PushId,
  SenderId,
  SessionId,
} from '#domain/id.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type JournalFields = {
  readonly case?: CaseId
  readonly sender?: SenderId
  readonly link?: LinkId
  readonly letter?: LetterId
  readonly session?: SessionId
  readonly plan?: PlanId
  readonly pack?: PackId
  readonly item?: ItemId
  readonly grant?: GrantId
  readonly push?: PushId
  readonly operator?: OperatorId
  readonly request?: string
  readonly fault?: FaultCode
  readonly verdict?: VerdictCode
  readonly job?: string
  readonly route?: string
  readonly method?: string
  readonly status?: number
  readonly attempt?: number
  readonly items?: number
  readonly bytes?: number
  readonly port?: number
  readonly ms?: number
}

export type JournalLevel = 'info' | 'warn' | 'error'

export type Journal = {
  /** `event` is a constant of the code (`pack.stored`). `cause` is reduced to its class and stack frames. */
  note(level: JournalLevel, event: string, fields?: JournalFields, cause?: unknown): void
}
