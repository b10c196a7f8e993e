/** The real clock and the real chance, for programs; a set clock for tests. */
import { randomUUID } from 'node:crypto'
import type { AnyId } from '#domain/id.ts'
import type { Clock, Ids } from '#ports/clock.ts'

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() }

/** Random UUIDs, version 4. */
export const randomIds: Ids = { next: <Id extends AnyId>() => randomUUID() as AnyId as Id }

export type SetClock = Clock & { advance(ms: number): void }

/** A clock that moves only when told. */
export const setClock = (start: Date): SetClock => {
  let at = start.getTime()
  return {
    now: () => new Date(at),
    advance: (ms) => {
      at += ms
    },
  }
}
