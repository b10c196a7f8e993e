/**
 * Push: a case, or one study of it, on its way to a PACS of somebody else's. It is owed until a worker takes it, and
 * ends as done only when the PACS said of every instance that it has it.
 */
import type { FaultCode } from './fault.ts'
import type { CaseId, PushId } from './id.ts'
import { machine } from './state-machine.ts'

export type PushState = 'owed' | 'running' | 'done' | 'failed'

/** `running → running`: a worker was killed, and another one begins again; what is there already stays as it is. */
export const pushMachine = machine<PushState>('push', {
  owed: ['running', 'failed'],
  running: ['running', 'done', 'failed'],
  done: [],
  failed: [],
})

/** A PACS that does not answer is asked again for so long after the push was asked for. */
export const pushPatienceMs = 86_400_000

export type Push = {
  readonly id: PushId
  readonly case: CaseId
  /** The name it has in the settings. */
  readonly target: string
  /** Null: every study of the case. */
  readonly study: string | null
  readonly state: PushState
  /** Instances that the PACS said it has, and those that it would not take. */
  readonly sent: number
  readonly failed: number
  /** Why it failed, or why it waits; null while nothing is wrong. */
  readonly code: FaultCode | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}
