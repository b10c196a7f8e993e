/**
 * Plan send: a sender says what is going to come, and learns what of it is still missing. The same list again,
 * after a reload, a reboot or with a renewed link, continues where it stopped.
 */
import { randomBytes } from 'node:crypto'
import type { Refusal } from '#domain/fault.ts'
import type { ItemId, PlanId } from '#domain/id.ts'
import { nameSealer } from '#formats/pack/name.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntakeLedger, PlannedItem } from '#ports/intake-ledger.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { SenderSession } from '#ports/link-ledger.ts'

export type PlanSendNeeds = {
  readonly intake: IntakeLedger
  readonly seal: IntakeSeal
  readonly clock: Clock
  readonly ids: Ids
}

/** A file as the sender's machine names it; `modified` in milliseconds since 1970. */
export type AnnouncedFile = { readonly path: string; readonly size: number; readonly modified: number | null }

/** Items one sender may announce. */
export const mostItems = 200_000

/** Answers in the order asked. Refuses `case.closed`, `plan.too-many`. */
export const planSend =
  ({ intake, seal, clock, ids }: PlanSendNeeds) =>
  async (
    session: SenderSession,
    files: readonly AnnouncedFile[],
  ): Promise<readonly PlannedItem[] | Refusal> => {
    const plan = ids.next<PlanId>()
    const key = randomBytes(32)
    const lockedKey = await seal.lock(session.case, session.intakeKey, key)
    const sealName = nameSealer(plan, key)
    return intake.plan(
      { id: plan, case: session.case, sender: session.sender, lockedKey, at: clock.now() },
      files.map(({ path, size, modified }) => {
        const id = ids.next<ItemId>()
        return {
          id,
          size,
          fingerprint: seal.fingerprint(session.sender, `${path}\n${size}\n${modified ?? ''}`),
          sealedName: sealName(id, { name: path, modified }),
        }
      }),
      mostItems,
    )
  }
