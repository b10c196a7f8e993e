/**
 * Finish send: the sender says that this was all, and gets a signed receipt of every file that is kept: its
 * digest, or the digests of its runs where it came in several. It can be checked with the public keys alone.
 */
import type { Actor } from '#domain/audit.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import { itemSentence } from '#domain/decision.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { decidingFirst } from '#domain/verdict.ts'
import { offerCase } from '#jobs/jobs.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { IntakeLedger, ReceivedItem } from '#ports/intake-ledger.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { Statements } from '#ports/tokens.ts'

export type FinishSendNeeds = {
  readonly intake: IntakeLedger
  readonly statements: Statements
  readonly queue: JobQueue
  readonly audit: AuditLedger
  readonly clock: Clock
}

export type Finished = {
  readonly receipt: string
  readonly items: number
  readonly bytes: number
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** One line of a receipt: `sha256` of the whole file, or of each run of `chunkBytes`-sized chunks. */
const receiptLine = ({ id, size, extents }: ReceivedItem) => {
  const [only] = extents
  if (extents.length === 1 && only !== undefined) return { item: id, size, sha256: hex(only.sha256) }
  return {
    item: id,
    size,
    runs: extents.map((extent) => ({
      offset: extent.first * chunkBytes,
      size: extent.length,
      sha256: hex(extent.sha256),
    })),
  }
}

/**
 * `by`: who says that it is done, when it is not the sender. Refuses `send.incomplete` with the count of files whose bytes are missing and are not
 * in `without`.
 */
export const finishSend =
  ({ intake, statements, queue, audit, clock }: FinishSendNeeds) =>
  async (
    session: Pick<SenderSession, 'case' | 'sender'>,
    without: readonly ItemId[],
    by: Actor = { kind: 'sender', id: session.sender },
  ): Promise<Finished | Refusal> => {
    const at = clock.now()
    const leftOut = await intake.leaveOut(session.sender, without, at)
    // What came out of an archive was not announced: the archive's own bytes are acknowledged.
    const all = (await intake.itemsOf(session.sender, false)).filter(
      (item) => item.state !== 'discarded' && item.from === null,
    )
    const missing = all.filter((item) => item.state === 'receiving').length
    if (missing > 0) return refuse('send.incomplete', { missing })
    const bytes = all.reduce((sum, item) => sum + item.size, 0)
    const stated = canonicalJson({
      version: 1,
      case: session.case,
      sender: session.sender,
      at: at.toISOString(),
      files: all.map(receiptLine),
    })
    const receipt = await statements.sign('receipt', stated)
    const finished = await intake.finish(session.sender, receipt, at)
    if (isRefusal(finished)) return finished
    await audit.append(
      {
        action: 'send.finished',
        actor: by,
        case: session.case,
        object: session.sender,
        facts: { items: all.length, bytes, leftOut },
      },
      at,
    )
    await queue.add(offerCase, { case: session.case }).catch(() => {})
    return { receipt, items: all.length, bytes }
  }

/** Where everything this sender announced stands, and every file of their archives, in their words. */
export const sendStatus =
  ({ intake }: Pick<FinishSendNeeds, 'intake'>) =>
  async (session: SenderSession) =>
    (await intake.itemsOf(session.sender, true)).map((item) => ({
      id: item.id,
      size: item.size,
      state: item.state,
      from: item.from,
      codes: decidingFirst(item.codes),
      sentence: itemSentence(item.state, item.codes),
    }))
