/**
 * Make copy: goes through a case once, cleans the head of every picture, and sums up each file as it will go out. No
 * picture is kept twice: of each only the new head, and where the rest follows. Memory holds one head and one piece.
 */
import { createHash } from 'node:crypto'
import { type CopyOptions, copyTries, type LeftOut, type LeftOutReason } from '#domain/copy.ts'
import { Fault } from '#domain/fault.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import { copyItemSeal } from '#domain/seal-name.ts'
import { crc32 } from '#formats/crc32.ts'
import type { Deidentification } from '#formats/dicom/deid-walk.ts'
import { type CleanCopy, deidentify } from '#formats/dicom/deidentify.ts'
import { inspectDicom } from '#formats/dicom/inspect-dicom.ts'
import { watchFragments } from '#formats/dicom/watch-fragments.ts'
import { type ServedItem, servedItem } from '#formats/pack/served-item.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { CopyLedger, CopyTurn, NewCopyItem } from '#ports/copy-ledger.ts'
import type { CaseContent, DeliveryLedger, ReadableItem } from '#ports/delivery-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { type CopySecrets, openCopySecrets } from '#ports/open-copy.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'

export type MakeCopyNeeds = {
  readonly copies: CopyLedger
  readonly delivery: Pick<DeliveryLedger, 'content'>
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read'>
  readonly clock: Clock
  readonly ids: Ids
}

export type CopyMade = { readonly state: 'ready' | 'failed'; readonly items: number; readonly bytes: number }

/** A head is looked for in so many bytes first, then in twice as many, and so on. */
const firstHeadBytes = 65_536
const mostHeadBytes = 8_388_608

/** Files are recorded together when there are so many, or so many bytes of heads. */
const batchFiles = 200
const batchBytes = 1_048_576

/** How long a copy waits when store or keys could not be had. */
const giveBackMs = 60_000

/** Codes of failures that were the world's, not the copy's. */
const passing = new Set(['store.unavailable', 'ledger.unavailable', 'key.unavailable'])

const datesOf = ({ dates }: CopyOptions, { moveDays }: CopySecrets): Deidentification['dates'] =>
  dates === 'keep' ? 'kept' : dates === 'shift' ? { moveDays } : 'removed'

const howOf = (options: CopyOptions, secrets: CopySecrets): Deidentification => ({
  key: Buffer.from(secrets.key, 'base64'),
  dates: datesOf(options, secrets),
  characteristics: options.characteristics,
  textInPictures: options.burnedIn === 'include',
  pseudonym: secrets.pseudonym,
})

const cleanHead = async (file: ServedItem, how: Deidentification): Promise<CleanCopy | LeftOutReason> => {
  for (let length = firstHeadBytes; length <= mostHeadBytes; length *= 2) {
    const made = deidentify(await file.read(0, Math.min(file.size, length)), file.size, how)
    if (made !== 'short') return made
  }
  return 'header-too-long'
}

/** The file as it will go out, read once; null when its pixels are damaged. */
const sumUp = async (file: ServedItem, { head, from, to, elementHeader }: CleanCopy) => {
  const hash = createHash('sha256').update(head)
  const watch = to === null ? watchFragments(elementHeader) : null
  let crc = crc32(head)
  let size = head.length
  for await (const batch of file.open(from, to ?? file.size)) {
    for (const piece of batch) {
      const taken = watch === null ? piece.length : watch.take(piece)
      if (taken === null) return null
      const used = piece.subarray(0, taken)
      hash.update(used)
      crc = crc32(used, crc)
      size += taken
    }
    if (watch?.ended() === true) break
  }
  if (watch?.ended() === false) return null
  return { size, sha256: hash.digest(), crc32: crc }
}

/** What a directory says of the file is what is in its new head, and nothing that was in the old one. */
const readFacts = async (head: Buffer) => {
  const range = {
    size: head.length,
    read: async (offset: number, length: number) => head.subarray(offset, offset + length),
  }
  const { instance, facts } = await inspectDicom(range, head, false)
  return instance === null ? null : { instance, facts }
}

type Making = {
  readonly of: CaseId
  readonly copy: CopyId
  readonly key: CaseKey
  readonly how: Deidentification
}

type Made = { readonly item: NewCopyItem; readonly mayShowText: boolean }

const makeItem = async (
  { store, ids }: MakeCopyNeeds,
  { of, copy, key, how }: Making,
  item: ReadableItem,
): Promise<Made | LeftOutReason> => {
  if (item.kind !== 'dicom') return 'document'
  const extents = openExtents(key, item.extents)
  const file = servedItem(item.size, extents, item.served?.patches ?? [], readPacks(store))
  const made = await cleanHead(file, how)
  if (typeof made === 'string') return made
  const facts = await readFacts(made.head)
  const sums = facts === null || (made.to ?? 0) > file.size ? null : await sumUp(file, made)
  if (sums === null) return 'damaged'
  const id = ids.next<ItemId>()
  const seal = (plain: Uint8Array, what: 'head' | 'facts') =>
    key.seal(plain, copyItemSeal(of, copy, id, what))
  return {
    mayShowText: made.mayShowText,
    item: {
      id,
      item: item.id,
      ...sums,
      headLength: made.head.length,
      from: made.from,
      sealedFacts: seal(Buffer.from(JSON.stringify(facts)), 'facts'),
      sealedHead: seal(made.head, 'head'),
    },
  }
}

/** Where the bytes lie: neighbours in a pack are read one after the other. */
const byPlace = (a: ReadableItem, b: ReadableItem): number => {
  const [one, other] = [a.extents[0], b.extents[0]]
  if (one === undefined || other === undefined) return 0
  return one.pack < other.pack ? -1 : one.pack > other.pack ? 1 : one.offset - other.offset
}

/** Counts files by kind and reason. */
const countLeftOut = () => {
  const counts = new Map<string, LeftOut>()
  return {
    add: (kind: ItemKind, reason: LeftOutReason): void => {
      const name = `${kind} ${reason}`
      counts.set(name, { kind, reason, files: (counts.get(name)?.files ?? 0) + 1 })
    },
    list: (): LeftOut[] => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  }
}

/** Null when another try has taken over. */
const make = async (
  needs: MakeCopyNeeds,
  turn: CopyTurn,
  { wrappedKey, revision, items }: CaseContent,
): Promise<CopyMade | null> => {
  const { copies, clock } = needs
  const key = await needs.vault.open(turn.case, wrappedKey)
  const how = howOf(turn.options, openCopySecrets(key, turn.case, turn.id, turn.sealed))
  const making = { of: turn.case, copy: turn.id, key, how }
  const leftOut = countLeftOut()
  let batch: NewCopyItem[] = []
  let heads = 0
  let mayShowText = 0
  let files = 0
  let bytes = 0
  const record = async (): Promise<boolean> => {
    const recorded = await copies.addItems(turn, batch, clock.now())
    batch = []
    heads = 0
    return recorded
  }
  for (const item of items.toSorted(byPlace)) {
    const made = await makeItem(needs, making, item)
    if (typeof made === 'string') {
      leftOut.add(item.kind, made)
      continue
    }
    batch.push(made.item)
    heads += made.item.headLength
    files += 1
    bytes += made.item.size
    if (made.mayShowText) mayShowText += 1
    if ((batch.length >= batchFiles || heads >= batchBytes) && !(await record())) return null
  }
  if (batch.length > 0 && !(await record())) return null
  const done = await copies.finishCopy(turn, { revision, mayShowText, leftOut: leftOut.list() }, clock.now())
  return done ? { state: 'ready', items: files, bytes } : null
}

const failed: CopyMade = { state: 'failed', items: 0, bytes: 0 }

/**
 * Makes a copy that is owed. Null when there was nothing to do, or another try has taken over.
 * @throws whatever kept it from being made; it then stays owed, for `copyTries` tries in all.
 */
export const makeCopy =
  (needs: MakeCopyNeeds) =>
  async (id: CopyId): Promise<CopyMade | null> => {
    const { copies, delivery, clock } = needs
    const turn = await copies.takeCopy(id, clock.now())
    if (turn === null) return null
    try {
      const content = turn.attempts > copyTries ? null : await delivery.content(turn.case)
      if (content === null) return (await copies.failCopy(turn, clock.now())) ? failed : null
      return await make(needs, turn, content)
    } catch (error) {
      if (error instanceof Fault && passing.has(error.code))
        await copies.giveBackCopy(turn, new Date(clock.now().getTime() + giveBackMs)).catch(() => {})
      throw error
    }
  }
