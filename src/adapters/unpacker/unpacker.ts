/**
 * Unpacker in children: each archive is taken apart by a process of its own that has nothing to lose and ends with
 * the archive. Only so many run at a time; who comes later waits. Who takes an archive apart while in the middle of
 * another holds two places.
 */

import { join } from 'node:path'
import { type Child, isReady, startChild } from '#adapters/inspector/child-process.ts'
import {
  type ChildLimits,
  type ChildrenOptions,
  type Isolated,
  planIsolation,
} from '#adapters/inspector/isolation.ts'
import type { ArchiveEvent } from '#domain/archive.ts'
import { Fault } from '#domain/fault.ts'
import type { ByteSource } from '#ports/inspector.ts'
import type { Unpacker } from '#ports/unpacker.ts'
import { type TurnLimits, takeApart } from './turns.ts'

export type UnpackerLimits = ChildLimits &
  TurnLimits & {
    /** A child may take this long to start, ms. */
    readonly startMs: number
  }

export type UnpackerOptions = ChildrenOptions<UnpackerLimits>

/** An unpacker that also says how well its children are held. */
export type IsolatedUnpacker = Unpacker & Isolated

const usualLimits: UnpackerLimits = {
  dataBytes: 1_200_000_000,
  heapMiB: 512,
  cpuSeconds: 600,
  frameMs: 10_000,
  archiveMs: 900_000,
  startMs: 20_000,
}

type Places = { take(): Promise<void>; give(): void; refuseAll(): void }

const countPlaces = (places: number): Places => {
  const waiting: { readonly take: () => void; readonly refuse: (cause: Fault) => void }[] = []
  let free = places
  return {
    take: () => {
      if (free === 0) return new Promise((take, refuse) => waiting.push({ take, refuse }))
      free -= 1
      return Promise.resolve()
    },
    give: () => {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next.take()
    },
    refuseAll: () => {
      for (const { refuse } of waiting.splice(0)) refuse(new Fault('internal'))
    },
  }
}

/** Opens an unpacker; its children end with their archive, with `close`, or with this process. */
export const openUnpacker = (options: UnpackerOptions = {}): IsolatedUnpacker => {
  const limits = { ...usualLimits, ...options.limits }
  const childModule = options.childModule ?? join(import.meta.dirname, 'child.ts')
  const isolation = planIsolation(options.node ?? process.execPath, childModule, limits)
  const places = countPlaces(Math.max(1, options.children ?? 1))
  const running = new Set<Child>()
  let closed = false

  const refuseWhenClosed = (): void => {
    if (closed) throw new Fault('internal')
  }

  async function* withChild(source: ByteSource, from: number): AsyncGenerator<ArchiveEvent, void, undefined> {
    refuseWhenClosed()
    const child = startChild(isolation)
    running.add(child)
    try {
      if (!(await isReady(child, limits.startMs))) {
        refuseWhenClosed()
        return yield { is: 'done', codes: ['CHECK_UNAVAILABLE'] }
      }
      for await (const event of takeApart(child, source, from, limits)) {
        // A child that ended because we are closing says nothing about the archive.
        refuseWhenClosed()
        yield event
      }
    } finally {
      await child.kill()
      running.delete(child)
    }
  }

  async function* unpack(source: ByteSource, from: number): AsyncGenerator<ArchiveEvent, void, undefined> {
    refuseWhenClosed()
    await places.take()
    try {
      yield* withChild(source, from)
    } finally {
      places.give()
    }
  }

  return {
    limits: isolation.limits,
    pids: () => [...running].map((child) => child.pid).filter((pid) => pid !== undefined),
    unpack,
    close: async () => {
      closed = true
      places.refuseAll()
      await Promise.all([...running].map((child) => child.kill()))
    },
  }
}
