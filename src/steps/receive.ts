/**
 * Receive: bytes from any door into sealed packs. A pack is written while its bytes arrive; nothing is
 * acknowledged before every pack is durable in the store and recorded in the ledger. What fails or is refused
 * leaves nothing behind.
 */
import { randomBytes } from 'node:crypto'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { ItemId, PackId, PlanId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { planObject } from '#domain/kept.ts'
import { packBytes, packObject } from '#domain/pack.ts'
import { nameSealer } from '#formats/pack/name.ts'
import { createPackWriter, type PackWriter } from '#formats/pack/writer.ts'
import { writePlan } from '#formats/plan/record.ts'
import { admitPack } from '#jobs/jobs.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntakeLedger } from '#ports/intake-ledger.ts'
import type { IntakeSeal } from '#ports/intake-seal.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { ObjectStore, ObjectWriter } from '#ports/object-store.ts'
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

/** Sealed bytes go to the store by the megabyte; beyond four waiting ones the door waits. */
const writeBytes = 1_048_576
const mostWaiting = 4 * writeBytes

/** Runs that one request may hold without a plan: 100,000 files in one form are a mistake. */
const mostUnplanned = 100_000

type Filling = {
  readonly id: PackId
  readonly pack: PackWriter
  readonly object: Promise<ObjectWriter>
  readonly lockedKey: Promise<string>
}

const later = <T>(promise: Promise<T>): Promise<T> => {
  // Awaited further on, behind the writes; until then a rejection must not count as unhandled.
  promise.catch(() => {})
  return promise
}

/** Starts receiving for one sender. Nothing happens in the store before the first byte. */
export const receive =
  ({ store, intake, seal, queue, clock, ids }: ReceiveNeeds) =>
  (session: SenderSession): Receiving => {
    const packs: Filling[] = []
    let filling: Filling | null = null
    let run: { readonly item: ItemId; chunk: number; inChunk: number } | null = null
    let work: Promise<void> = Promise.resolve()
    let unwritten = 0
    let recording = false

    const startPack = (): Filling => {
      const id = ids.next<PackId>()
      const key = randomBytes(32)
      const lockedKey = later(seal.lock(session.case, session.intakeKey, key))
      const object = later(store.create(packObject(id)))
      const pack = createPackWriter({ pack: id, case: session.case, sender: session.sender, key })
      const started = { id, pack, object, lockedKey }
      packs.push(started)
      return started
    }

    const flush = ({ pack, object }: Filling): void => {
      const buffers = pack.take()
      const size = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
      unwritten += size
      work = later(
        work.then(async () => {
          await (await object).write(buffers)
          for (const buffer of buffers) freeBytes(buffer)
          unwritten -= size
        }),
      )
    }

    const closePack = (full: Filling): void => {
      flush(full)
      work = later(
        work.then(async () => {
          full.pack.finish(await full.lockedKey)
          const object = await full.object
          await object.write(full.pack.take())
          await object.commit()
        }),
      )
    }

    const closeFilling = (): void => {
      if (filling !== null) closePack(filling)
      filling = null
    }

    const begin = (item: ItemId, first: number, length?: number): void => {
      if (length !== undefined && filling !== null && filling.pack.plain + length > packBytes) closeFilling()
      filling ??= startPack()
      filling.pack.begin(item, first, length)
      run = { item, chunk: first, inChunk: 0 }
    }

    /** Goes on with the same item in a new pack; only ever between two chunks. */
    const roll = (): void => {
      if (filling === null || run === null) return
      filling.pack.end()
      closePack(filling)
      filling = startPack()
      filling.pack.begin(run.item, run.chunk)
    }

    const push = (piece: Uint8Array): boolean => {
      for (let at = 0; at < piece.length; ) {
        if (run === null || filling === null) throw new Error('no run has begun')
        if (run.inChunk === chunkBytes) {
          run.chunk += 1
          run.inChunk = 0
          if (filling.pack.plain >= packBytes) roll()
        }
        const next: Uint8Array = piece.subarray(at, at + chunkBytes - run.inChunk)
        filling.pack.push(next)
        run.inChunk += next.length
        at += next.length
        if (filling.pack.waiting >= writeBytes) flush(filling)
      }
      return unwritten < mostWaiting
    }

    const end = (): Uint8Array => {
      if (filling === null) throw new Error('no run has begun')
      const { sha256 } = filling.pack.end()
      run = null
      if (filling.pack.plain >= packBytes) closeFilling()
      return sha256
    }

    const abort = async (): Promise<void> => {
      // Once the ledger was asked, only its answer tells whether the packs count; an unknown one keeps them.
      if (recording) return
      await work.catch(() => {})
      for (const { id, object } of packs) {
        await (await object.catch(() => null))?.abort()
        await store.remove(packObject(id))
      }
      packs.length = 0
    }

    const announce = async (files: readonly UnplannedFile[]): Promise<Refusal | null> => {
      const id = ids.next<PlanId>()
      const key = randomBytes(32)
      const lockedKey = await seal.lock(session.case, session.intakeKey, key)
      const sealName = nameSealer(id, key)
      const plan = { id, case: session.case, sender: session.sender, lockedKey, at: clock.now() }
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

    const record = async (): Promise<Received | Refusal> => {
      const at = clock.now()
      const rows = packs.map(async ({ id, pack, lockedKey }) => ({
        id,
        case: session.case,
        sender: session.sender,
        size: pack.size,
        lockedKey: await lockedKey,
        heads: pack.heads(),
        extents: pack.extents,
        at,
      }))
      recording = true
      const recorded = await intake.recordPacks(await Promise.all(rows))
      if (isRefusal(recorded)) {
        recording = false
        return recorded
      }
      for (const id of recorded.repeated) await store.remove(packObject(id))
      const bytes = packs.reduce((sum, { pack }) => sum + pack.plain, 0)
      return { packs: packs.length, bytes, completed: recorded.completed }
    }

    /** A lost job is no loss: the ledger says the pack is owed, and the reconciler asks again. */
    const hint = async (): Promise<void> => {
      for (const { id } of packs) await queue.add(admitPack, { pack: id }).catch(() => {})
    }

    const commit = async (files: readonly UnplannedFile[] = []): Promise<Received | Refusal> => {
      closeFilling()
      await work
      const refused = files.length > 0 ? await announce(files) : null
      const received = refused ?? (await record())
      if (isRefusal(received)) {
        await abort()
        return received
      }
      await hint()
      return received
    }

    const ready = async (): Promise<void> => {
      if (unwritten >= mostWaiting) await work
    }

    return { begin, push, end, ready, commit, abort }
  }
