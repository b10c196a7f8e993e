/** Items that a check stopped are written down in the audit, each with its codes. */
import type { CaseId } from '#domain/id.ts'
import { worstOutcome } from '#domain/verdict.ts'
import type { ItemDecision } from './admission-ledger.ts'
import type { AuditLedger } from './audit-ledger.ts'

export const noteStopped = async (
  audit: Pick<AuditLedger, 'append'>,
  of: CaseId,
  decided: readonly ItemDecision[],
  at: Date,
): Promise<void> => {
  for (const { item, codes } of decided) {
    const outcome = worstOutcome(codes)
    if (outcome !== 'quarantined' && outcome !== 'rejected') continue
    const action = outcome === 'rejected' ? 'item.rejected' : 'item.quarantined'
    const facts = { codes: codes.join(' ') }
    await audit.append({ action, actor: { kind: 'worker' }, case: of, object: item, facts }, at)
  }
}
