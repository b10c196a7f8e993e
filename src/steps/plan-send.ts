/**
 * Plan send: a sender says what is going to come, and learns what of it is still missing. The same list again,
 * after a reload, a reboot or with a renewed link, continues where it stopped.
 */
import { randomBytes } from 'node:crypto'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { ItemId, PlanId } from '#domain/id.ts'
import { planObject } from '#domain/kept.ts'
import { nameSealer } from '#formats/pack/name.ts'
import { writePlan } from '#formats/plan/record.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntakeLedger, PlannedItem } from '#ports/intake-ledger.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { putObject } from '#ports/put-object.ts'

export type PlanSendNeeds = {
  readonly intake: IntakeLedger
  readonly seal: IntakeSeal
  readonly store: ObjectStore
  readonly clock: Clock
  readonly ids: Ids
}

/**
 * A file as the sender's machine names it; `modified` in milliseconds since 1970. `alone`: a file of its own, never
 * the one announced before under the same name, which may be another file of another folder.
 */
export type AnnouncedFile = {
  readonly path: string
  readonly size: number
  readonly modified: number | null
  readonly alone?: true
}

/** Items one sender may announce. */
export const mostItems = 200_000

/** Answers in the order asked. Refuses `case.closed`, `plan.too-many`. */
export const planSend =
  ({ intake, seal, store, clock, ids }: PlanSendNeeds) =>
  async (
    session: SenderSession,
    files: readonly AnnouncedFile[],
  ): Promise<readonly PlannedItem[] | Refusal> => {
    const id = ids.next<PlanId>()
    const key = randomBytes(32)
    const lockedKey = await seal.lock(session.case, session.intakeKey, key)
    const sealName = nameSealer(id, key)
    const plan = { id, case: session.case, sender: session.sender, archive: null, lockedKey, at: clock.now() }
    const announced = files.map(({ path, size, modified, alone }) => {
      const item = ids.next<ItemId>()
      return {
        id: item,
        size,
        fingerprint:
          alone === true
            ? randomBytes(32)
            : seal.fingerprint(session.sender, `${path}\n${size}\n${modified ?? ''}`),
        sealedName: sealName(item, { name: path, modified }),
      }
    })
    const planned = await intake.plan(plan, announced, mostItems)
    if (isRefusal(planned)) return planned
    const fresh = announced.filter(({ id: item }, index) => planned[index]?.id === item)
    if (fresh.length > 0) await putObject(store, planObject(id), writePlan(plan, fresh))
    return planned
  }
