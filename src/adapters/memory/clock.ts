/** The real clock and the real chance. */
import { randomUUID } from 'node:crypto'
import type { AnyId } from '#domain/id.ts'
import type { Clock, Ids } from '#ports/clock.ts'

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() }

/** Random UUIDs, version 4. */
export const randomIds: Ids = { next: <Id extends AnyId>() => randomUUID() as AnyId as Id }
