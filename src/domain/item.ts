/**
 * Item: one file as its sender had it. Its bytes lie in extents of sealed packs; it is read by nobody until
 * it has a verdict.
 */
import type { CaseId, ItemId, PackId, PlanId, SenderId } from './id.ts'
import type { ItemState } from './item-state.ts'
import { machine } from './state-machine.ts'
import { type VerdictCode, worstOutcome } from './verdict.ts'

export { deadStates, type ItemState, readableStates, waitingStates } from './item-state.ts'

/**
 * `receiving → discarded` is the sender's own "leave this file out" (a scratched disc, a file gone);
 * An archive is `unpacking` until every file in it is an item of its own, and is never read: released from
 * quarantine it is opened, once more where it had been.
 * `quarantined → received` sends an item that no check could look into to be checked again.
 */
export const itemMachine = machine<ItemState>('item', {
  receiving: ['received', 'discarded', 'erased'],
  received: ['accepted', 'accepted_with_warnings', 'quarantined', 'rejected', 'unpacking', 'erased'],
  unpacking: ['unpacked', 'quarantined', 'rejected', 'erased'],
  unpacked: ['erased'],
  accepted: ['erased'],
  accepted_with_warnings: ['erased'],
  quarantined: ['received', 'released', 'unpacking', 'discarded', 'erased'],
  rejected: ['erased'],
  released: ['erased'],
  discarded: ['erased'],
  erased: [],
})

export const itemKinds = ['dicom', 'pdf', 'picture', 'archive', 'other'] as const

export type ItemKind = (typeof itemKinds)[number]

/** Archives inside one another that are opened: one in a file, and one in that. */
export const mostArchiveDepth = 2

/** The state a verdict leads to: what may be read is, but an archive, which is taken apart instead. */
export const decidedState = (decision: {
  readonly kind: ItemKind
  readonly codes: readonly VerdictCode[]
}): ItemState => {
  const outcome = worstOutcome(decision.codes)
  const mayPass = outcome === 'accepted' || outcome === 'accepted_with_warnings'
  return decision.kind === 'archive' && mayPass ? 'unpacking' : outcome
}

/**
 * Large files travel in chunks of this many bytes; a part may carry several neighbouring chunks of one item,
 * so that a sender on a slow line sends small parts and one on a fast line large ones over the same grid.
 */
export const chunkBytes = 262_144

/** How many chunks a file of `size` bytes has; an empty file has one empty chunk. */
export const chunkCount = (size: number): number => Math.max(1, Math.ceil(size / chunkBytes))

/** A run of neighbouring chunks, `first` counted from 0, `count` ≥ 1. */
export type ChunkRun = { readonly first: number; readonly count: number }

/**
 * Where a run of an item's bytes lies: `sealedLength` bytes at `offset` of the pack's object open to `length`
 * plain bytes. Digest and CRC-32 are of the plain bytes.
 */
export type Extent = {
  readonly pack: PackId
  readonly item: ItemId
  readonly first: number
  readonly count: number
  readonly offset: number
  readonly sealedLength: number
  readonly length: number
  readonly sha256: Uint8Array
  readonly crc32: number
}

export type Item = {
  readonly id: ItemId
  readonly case: CaseId
  readonly sender: SenderId
  readonly plan: PlanId
  /** The archive it came out of; null for what a sender announced. */
  readonly from: ItemId | null
  readonly size: number
  readonly state: ItemState
  readonly kind: ItemKind | null
  readonly codes: readonly VerdictCode[]
}
