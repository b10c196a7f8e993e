/**
 * Resume upload: how far one announced file has come, counted from its first byte, for doors that send a file in
 * order. A sender sees their own files alone; what they leave out is gone.
 */
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'
import type { SenderSession } from '#ports/link-ledger.ts'

export type Upload = {
  readonly id: ItemId
  readonly size: number
  /** Bytes from the start without a gap that are durable and recorded: whole chunks, or everything. */
  readonly arrived: number
  /** The sender left it out, or it was erased. */
  readonly gone: boolean
}

/** Refuses `item.not-found`, also for a file of somebody else. */
export const findUpload =
  ({ intake }: { readonly intake: Pick<IntakeLedger, 'findItem'> }) =>
  async (session: SenderSession, item: ItemId): Promise<Upload | Refusal> => {
    const found = await intake.findItem(session.sender, item)
    if (found === null) return refuse('item.not-found')
    const [gap] = found.missing
    return {
      id: found.id,
      size: found.size,
      arrived: gap === undefined ? found.size : gap.first * chunkBytes,
      gone: found.state === 'discarded' || found.state === 'erased',
    }
  }

/** Leaves out a file that is not complete. Refuses `item.not-found`, and `state.conflict` for one that is. */
export const dropUpload =
  (needs: { readonly intake: Pick<IntakeLedger, 'findItem' | 'leaveOut'>; readonly clock: Clock }) =>
  async (session: SenderSession, item: ItemId): Promise<Refusal | null> => {
    if ((await needs.intake.leaveOut(session.sender, [item], needs.clock.now())) > 0) return null
    const found = await findUpload(needs)(session, item)
    if (isRefusal(found)) return found
    return found.gone ? null : refuse('state.conflict')
  }
