/** Open case: a patient's request for a second opinion, with a key of its own from the first moment. */
import type { CaseId, OperatorId } from '#domain/id.ts'
import type { CaseDetails } from '#domain/patient.ts'
import { detailsSeal } from '#domain/seal-name.ts'
import { indexCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'

export type OpenCaseNeeds = {
  readonly cases: CaseLedger
  readonly vault: CaseVault
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
}

/** Opens a case. Its details are kept only sealed under the case key. */
export const openCase =
  ({ cases, vault, audit, queue, clock, ids }: OpenCaseNeeds) =>
  async (details: CaseDetails, by: OperatorId): Promise<CaseId> => {
    const id = ids.next<CaseId>()
    const keys = await vault.create(id)
    const key = await vault.open(id, keys.wrappedKey)
    const sealed = key.seal(Buffer.from(JSON.stringify(details)), detailsSeal(id))
    const at = clock.now()
    await cases.openCase({ id, keys, details: sealed, at })
    await audit.append(
      { action: 'case.opened', actor: { kind: 'operator', id: by }, case: id, object: id, facts: {} },
      at,
    )
    await queue.add(indexCase, { case: id }).catch(() => {})
    return id
  }
