/** Rebuilding: what is told, object by object, while a ledger is made again from the store. Ids and codes only. */
import { Fault, type FaultCode } from './fault.ts'
import type { CaseId, ItemId, PackId, PlanId, SenderId } from './id.ts'

/** `erased`: its key was destroyed; `repeated`: every byte of it is in other packs. */
export type WhyLeft = FaultCode | 'erased' | 'repeated'

export type RebuildNote =
  | { readonly what: 'case'; readonly id: CaseId; readonly items: number }
  | { readonly what: 'plan'; readonly id: PlanId; readonly items: number }
  /** A sender of whom nothing is known but the id. */
  | { readonly what: 'sender'; readonly id: SenderId }
  /** A pack that no index had; `items`: those whose last byte it brings. */
  | { readonly what: 'pack'; readonly id: PackId; readonly items: readonly ItemId[] }
  /** An object that was not restored, or only without these items. */
  | { readonly what: 'left'; readonly key: string; readonly why: WhyLeft; readonly items?: readonly ItemId[] }
  /** An object that a restored case counts on and that is not there, or too short. */
  | { readonly what: 'missing'; readonly key: string }

export type Tell = (note: RebuildNote) => void

/** An object as the store lists it. */
export type Listed = { readonly key: string; readonly size: number; readonly at: Date }

/** What says something about one object, and not about the world. */
const ofObject: readonly FaultCode[] = ['store.damaged', 'key.unavailable']

/** True when it worked; what is wrong with the object is told. @throws what is wrong with the world. */
export const attempt = async (tell: Tell, key: string, work: () => Promise<void>): Promise<boolean> => {
  try {
    await work()
    return true
  } catch (error) {
    if (!(error instanceof Fault) || !ofObject.includes(error.code)) throw error
    tell({ what: 'left', key, why: error.code })
    return false
  }
}
