/**
 * Receive: bytes from any door into sealed packs. A pack is written while its bytes arrive; nothing is
 * acknowledged before every pack is durable in the store and recorded in the ledger. What fails or is refused
 * leaves nothing behind.
 */
import { randomBytes } from 'node:crypto'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { ItemId, PackId, PlanId } from '#domain/id.ts'
import { planObject } from '#domain/kept.ts'
import { packObject } from '#domain/pack.ts'
import { type FilledPack, fillPacks } from '#formats/pack/filling.ts'
import { nameSealer } from '#formats/pack/name.ts'
import { writePlan } from '#formats/plan/record.ts'
import { admitPack } from '#jobs/jobs.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { putObject } from '#ports/put-object.ts'

export type ReceiveNeeds = {
  readonly store: ObjectStore
  readonly intake: IntakeLedger
  readonly seal: IntakeSeal
  readonly queue: JobQueue
  readonly clock: Clock
  readonly ids: Ids
}

/** A file that nobody planned, as a plain form sends it. */
export type UnplannedFile = { readonly id: ItemId; readonly name: string; readonly size: number }

/** What is now durable. */
export type Received = {
  readonly packs: number
  readonly bytes: number
  /** Items whose last byte has now arrived. */
  readonly completed: readonly ItemId[]
}

export type Receiving = {
  /** The next bytes are chunks `first …` of this item; `length` of them where that is known, at most a part's. */
  begin(item: ItemId, first: number, length?: number): void
  /** Takes bytes; `piece` may be reused afterwards. False asks the door to wait for `ready` before more. */
  push(piece: Uint8Array): boolean
  /** The run ends; gives the SHA-256 of its bytes, or of those in its last pack where no length was told. */
  end(): Uint8Array
  /** Resolves when there is room again. @throws `store.full`, `store.unavailable` */
  ready(): Promise<void>
  /** Makes everything durable and records it; `files` announces items that no plan did. */
  commit(files?: readonly UnplannedFile[]): Promise<Received | Refusal>
  /** Forgets everything since the start. Harmless after a commit that succeeded. */
  abort(): Promise<void>
}

/** Runs that one request may hold without a plan: 100,000 files in one form are a mistake. */
const mostUnplanned = 100_000

/** Starts receiving for one sender. Nothing happens in the store before the first byte. */
export const receive =
  ({ store, intake, seal, queue, clock, ids }: ReceiveNeeds) =>
  (session: SenderSession): Receiving => {
    const filling = fillPacks({
      case: session.case,
      sender: session.sender,
      nextId: () => ids.next<PackId>(),
      lock: (key) => seal.lock(session.case, session.intakeKey, key),
      open: (id) => store.create(packObject(id)),
      remove: (id) => store.remove(packObject(id)),
    })
    let recording = false

    const abort = async (): Promise<void> => {
      // Once the ledger was asked, only its answer tells whether the packs count; an unknown one keeps them.
      if (!recording) await filling.discard()
    }

    const announce = async (files: readonly UnplannedFile[]): Promise<Refusal | null> => {
      const id = ids.next<PlanId>()
      const key = randomBytes(32)
      const lockedKey = await seal.lock(session.case, session.intakeKey, key)
      const sealName = nameSealer(id, key)
      const plan = {
        id,
        case: session.case,
        sender: session.sender,
        archive: null,
        lockedKey,
        at: clock.now(),
      }
      const announced = files.map((file) => ({
        id: file.id,
        // A form that is sent twice is two sendings; the same bytes are found by their digest at admission.
        fingerprint: randomBytes(32),
        size: file.size,
        sealedName: sealName(file.id, { name: file.name, modified: null }),
      }))
      await putObject(store, planObject(id), writePlan(plan, announced))
      const planned = await intake.plan(plan, announced, mostUnplanned)
      if (!isRefusal(planned)) return null
      await store.remove(planObject(id))
      return planned
    }

    const record = async (packs: readonly FilledPack[]): Promise<Received | Refusal> => {
      const at = clock.now()
      recording = true
      const recorded = await intake.recordPacks(packs.map((pack) => ({ ...pack, at })))
      if (isRefusal(recorded)) {
        recording = false
        return recorded
      }
      for (const id of recorded.repeated) await store.remove(packObject(id))
      return { packs: packs.length, bytes: filling.plain, completed: recorded.completed }
    }

    /** A lost job is no loss: the ledger says the pack is owed, and the reconciler asks again. */
    const hint = async (packs: readonly FilledPack[]): Promise<void> => {
      for (const { id } of packs) await queue.add(admitPack, { pack: id }).catch(() => {})
    }

    const commit = async (files: readonly UnplannedFile[] = []): Promise<Received | Refusal> => {
      const packs = await filling.finish()
      const refused = files.length > 0 ? await announce(files) : null
      const received = refused ?? (await record(packs))
      if (isRefusal(received)) {
        await abort()
        return received
      }
      await hint(packs)
      return received
    }

    return {
      begin: filling.begin,
      push: filling.push,
      end: filling.end,
      ready: filling.ready,
      commit,
      abort,
    }
  }
