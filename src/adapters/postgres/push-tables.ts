/** The table of pushes, which belongs to no index of a case. */
import type { Generated } from 'kysely'
import type { FaultCode } from '#domain/fault.ts'
import type { CaseId, PushId } from '#domain/id.ts'
import type { PushState } from '#domain/push.ts'

export type PushTables = {
  pushes: {
    id: PushId
    case_id: CaseId
    /** The name it has in the settings. */
    target: string
    study_uid: string | null
    state: PushState
    sent: Generated<number>
    failed: Generated<number>
    code: FaultCode | null
    created_at: Date
    changed_at: Date
    ended_at: Date | null
  }
}
