/**
 * Finish quiet: a PACS never says that this was all, and a person may close the page a moment too early. When everything
 * has arrived and nothing was asked for long enough, the gateway finishes for them: otherwise the case would wait for
 * ever. More may come afterwards, as after any other end.
 */

import type { Actor } from '#domain/audit.ts'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import { quietMs } from '#domain/session.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'

export type FinishQuietNeeds = {
  readonly intake: Pick<IntakeLedger, 'quietSenders'>
  readonly finish: (
    session: { readonly case: CaseId; readonly sender: SenderId },
    without: readonly [],
    by: Actor,
  ) => Promise<object | Refusal>
  readonly clock: Clock
}

/** Senders finished at one time; the rest follows at the next. */
const most = 100

/** How many it finished. Whoever sends again at that moment goes on, and is none of them. */
export const finishQuiet =
  ({ intake, finish, clock }: FinishQuietNeeds) =>
  async (): Promise<number> => {
    const quiet = await intake.quietSenders(new Date(clock.now().getTime() - quietMs), most)
    let finished = 0
    for (const session of quiet) if (!isRefusal(await finish(session, [], { kind: 'worker' }))) finished += 1
    return finished
  }
