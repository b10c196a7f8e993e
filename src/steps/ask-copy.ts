/** Ask copy: the pictures of a case without whose they are. A worker makes it; the list says when it is ready. */
import type { Actor } from '#domain/audit.ts'
import { mayRead } from '#domain/case.ts'
import { type CopyOptions, copiesAtOnce, copiesPerDay, copyWarnings } from '#domain/copy.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, CopyId } from '#domain/id.ts'
import { makeCopy } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { CopyLedger, CopyRow } from '#ports/copy-ledger.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import { makeCopySecrets, sealCopySecrets } from '#ports/open-copy.ts'

export type AskCopyNeeds = {
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly copies: Pick<CopyLedger, 'askCopy' | 'copiesOf'>
  readonly vault: CaseVault
  readonly audit: AuditLedger
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
}

const dayMs = 86_400_000

/** Refuses `case.not-found`, `case.closed`, `copy.enough`. */
export const askCopy =
  ({ cases, copies, vault, audit, queue, clock, ids }: AskCopyNeeds) =>
  async (of: CaseId, options: CopyOptions, actor: Actor): Promise<CopyId | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (row.keys === null || !mayRead(row.state)) return refuse('case.closed')
    const at = clock.now()
    const id = ids.next<CopyId>()
    const sealed = sealCopySecrets(await vault.open(of, row.keys.wrappedKey), of, id, makeCopySecrets())
    const refused = await copies.askCopy(
      { id, case: of, options, sealed, at },
      { waiting: copiesAtOnce, asked: copiesPerDay, since: new Date(at.getTime() - dayMs) },
    )
    if (isRefusal(refused)) return refused
    const { dates, characteristics, burnedIn } = options
    const facts = { dates, characteristics: characteristics ? 'keep' : 'remove', burnedIn }
    await audit.append({ action: 'copy.asked', actor, case: of, object: id, facts }, at)
    await queue.add(makeCopy, { copy: id }).catch(() => {})
    return id
  }

export type ListedCopy = CopyRow & {
  /** The case is not any more what it was when this was made. */
  readonly stale: boolean
  readonly warnings: readonly string[]
}

const staleWords = 'The case has changed since this copy was made. A new copy would have what it has now.'

/** Copies of a case, oldest first. Refuses `case.not-found`. */
export const listCopies =
  ({ cases, copies }: Pick<AskCopyNeeds, 'cases' | 'copies'>) =>
  async (of: CaseId): Promise<readonly ListedCopy[] | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    return (await copies.copiesOf(of)).map((copy) => {
      const stale = copy.revision !== null && copy.revision !== row.revision
      const warnings = copy.sums === null ? [] : copyWarnings(copy.sums)
      return { ...copy, stale, warnings: stale ? [...warnings, staleWords] : warnings }
    })
  }
