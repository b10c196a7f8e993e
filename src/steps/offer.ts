/** Offer: a case whose senders are done and whose every item has a verdict is ready for the desk. */
import type { CaseId } from '#domain/id.ts'
import { indexCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { JobQueue } from '#ports/job-queue.ts'

export type OfferNeeds = {
  readonly cases: Pick<CaseLedger, 'makeReady'>
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
}

/** True when this call made the case ready. */
export const offer =
  ({ cases, audit, queue, clock }: OfferNeeds) =>
  async (id: CaseId): Promise<boolean> => {
    const at = clock.now()
    if (!(await cases.makeReady(id, at))) return false
    await audit.append(
      { action: 'case.ready', actor: { kind: 'worker' }, case: id, object: id, facts: {} },
      at,
    )
    await queue.add(indexCase, { case: id }).catch(() => {})
    return true
  }
