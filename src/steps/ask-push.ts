/** Ask push: somebody wants a case, or a study of it, in a PACS; and what became of what was asked for. */
import { mayRead } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, OperatorId, PushId, ReaderId } from '#domain/id.ts'
import type { Push } from '#domain/push.ts'
import { pushCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { InstanceLedger } from '#ports/instance-ledger.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { PushLedger } from '#ports/push-ledger.ts'

export type AskPushNeeds = {
  readonly pushes: Pick<PushLedger, 'openPush' | 'pushesOf'>
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly instances: Pick<InstanceLedger, 'outline'>
  readonly audit: AuditLedger
  readonly clock: Clock
  /** Names of the archives there are. */
  readonly targets: readonly string[]
  readonly queue: JobQueue
  readonly ids: Ids
}

/**
 * Somebody asks for it. Refuses `push.unknown-target`, `case.not-found`, `case.closed`, and `item.not-found` when there
 * is nothing to send. Asked for twice while it is under way it is one push.
 */
export const askPush =
  ({ pushes, cases, instances, targets, queue, audit, clock, ids }: AskPushNeeds) =>
  async (
    of: CaseId,
    { target, study }: { readonly target: string; readonly study: string | null },
    by:
      | { readonly kind: 'operator'; readonly id: OperatorId }
      | { readonly kind: 'reader'; readonly id: ReaderId },
  ): Promise<PushId | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (!targets.includes(target)) return refuse('push.unknown-target')
    const outline = mayRead(row.state) ? await instances.outline(of, study ?? undefined) : null
    if (outline === null) return refuse('case.closed')
    if (outline.series.length === 0) return refuse('item.not-found')
    const at = clock.now()
    const push = await pushes.openPush({ id: ids.next<PushId>(), case: of, target, study, at })
    await audit.append({ action: 'push.asked', actor: by, case: of, object: push, facts: { target } }, at)
    await queue.add(pushCase, { push })
    return push
  }

/** Newest first, and the names there are. Refuses `case.not-found`. */
export const listPushes =
  ({ pushes, cases, targets }: Pick<AskPushNeeds, 'pushes' | 'cases' | 'targets'>) =>
  async (
    of: CaseId,
  ): Promise<{ readonly targets: readonly string[]; readonly pushes: readonly Push[] } | Refusal> =>
    (await cases.findCase(of)) === null
      ? refuse('case.not-found')
      : { targets, pushes: await pushes.pushesOf(of) }
