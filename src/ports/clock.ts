/** The time, and new names for things: the only two sources of chance a step may ask. */
import type { AnyId } from '#domain/id.ts'

export type Clock = { now(): Date }

export type Ids = { next<Id extends AnyId>(): Id }
