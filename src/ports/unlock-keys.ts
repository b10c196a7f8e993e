/**
 * Unlocking what was locked to a case: the keys of packs and of plans. A pack's is needed once. A plan's is needed by
 * every pack that brings files of it; so, once unlocked, it is kept as the case key wraps it, which opens a hundred times
 * quicker. What is kept is closed: it opens with the case's key alone, and never again once that is destroyed.
 */
import { putNewest } from '#domain/put-newest.ts'
import type { CaseKey } from './case-vault.ts'

/** Plans whose keys are kept, those longest unused forgotten first. */
const mostKept = 256

export type KeyUnlocker = {
  /** Every key by its id. @throws what `CaseKey.unlock` does */
  unlock<Id>(key: CaseKey, locked: ReadonlyMap<Id, string>): Promise<Map<Id, Uint8Array>>
  /** The same for keys that will be asked for again. */
  unlockAgain<Id>(key: CaseKey, locked: ReadonlyMap<Id, string>): Promise<Map<Id, Uint8Array>>
}

/** One for as long as a worker runs. */
export const keyUnlocker = (): KeyUnlocker => {
  /** By the text that was locked, which no two keys share. */
  const kept = new Map<string, Uint8Array>()

  const openAgain = async (key: CaseKey, locked: string): Promise<Uint8Array> => {
    const wrapped = kept.get(locked)
    const opened = wrapped === undefined ? await key.unlock(locked) : key.unwrap(wrapped)
    putNewest(kept, mostKept, locked, wrapped ?? key.wrap(opened))
    return opened
  }
  const openAll = async <Id>(
    locked: ReadonlyMap<Id, string>,
    open: (text: string) => Promise<Uint8Array>,
  ): Promise<Map<Id, Uint8Array>> => {
    const opened = new Map<Id, Uint8Array>()
    for (const [id, text] of locked) opened.set(id, await open(text))
    return opened
  }

  return {
    unlock: (key, locked) => openAll(locked, (text) => key.unlock(text)),
    unlockAgain: (key, locked) => openAll(locked, (text) => openAgain(key, text)),
  }
}
