/**
 * Keys in memory that follow the ring on disk: when another process has replaced `public.jwks.json`, the ring is
 * read again. Looked at once a second at most, and at once for a key that is not known. A ring that became
 * unreadable changes nothing: the keys in memory stay.
 */

import { Fault } from '#domain/fault.ts'
import type { Clock } from '#ports/clock.ts'
import { stampOf } from './key-file.ts'
import { publicSetPath } from './public-set.ts'

export type FreshKeys<State> = {
  /** The keys, at most a second behind the disk. */
  current(): State
  /** The keys as they are on disk now. */
  latest(): State
}

const lookEveryMs = 1000
const mostTries = 5

/** Reads again when the ring was changed underneath; what stays unreadable throws as it did. */
const readSteady = <State>(path: string, read: () => State): { state: State; stamp: string | null } => {
  for (let tries = 1; ; tries++) {
    const stamp = stampOf(path)
    try {
      const state = read()
      if (tries === mostTries || stampOf(path) === stamp) return { state, stamp }
    } catch (failure) {
      if (tries === mostTries || stampOf(path) === stamp) throw failure
    }
  }
}

/**
 * Reads a ring and follows it. The first reading must succeed.
 * @throws Fault `key.unavailable`, the first time only.
 */
export const followKeys = <State>(folder: string, clock: Clock, read: () => State): FreshKeys<State> => {
  const path = publicSetPath(folder)
  let unreadable: string | null = null
  let lookedAt = clock.now().getTime()
  let { state, stamp } = readSteady(path, read)

  const look = (retry: boolean): State => {
    const found = stampOf(path)
    if (found === null || found === stamp || (found === unreadable && !retry)) return state
    try {
      ;({ state, stamp } = readSteady(path, read))
      unreadable = null
    } catch (failure) {
      if (!(failure instanceof Fault)) throw failure
      unreadable = found
    }
    return state
  }

  return {
    current: () => {
      const now = clock.now().getTime()
      if (Math.abs(now - lookedAt) < lookEveryMs) return state
      lookedAt = now
      return look(true)
    },
    latest: () => look(false),
  }
}
