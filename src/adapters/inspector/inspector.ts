/**
 * Inspector in children: each file is opened by a separate process that has nothing to lose. A child serves one
 * file after another, and images of one pack a few at once; one that hangs, grows or dies takes only the verdict of the
 * file that made it with it.
 */
import { join } from 'node:path'
import { Fault } from '#domain/fault.ts'
import { sniffedBytes } from '#formats/sniff.ts'
import type { ByteSource, Findings, Inspector } from '#ports/inspector.ts'
import { type Child, isReady, startChild } from './child-process.ts'
import { converse, readExactly } from './conversation.ts'
import { type Glanced, headBytes } from './frames.ts'
import { collectGlances, glanceAt, worthGlancing } from './glances.ts'
import { type ChildLimits, type ChildrenOptions, type Isolated, planIsolation } from './isolation.ts'
import { agrees, unanswered } from './own-look.ts'

export type InspectorLimits = ChildLimits & {
  /** A file may take this long of its child's time, ms. */
  readonly fileMs: number
  /** A child may take this long to start, ms. */
  readonly startMs: number
  /** A child is replaced after this many files; a start costs as much as some 2,000 images once it is warm. */
  readonly files: number
}

export type InspectorOptions = ChildrenOptions<InspectorLimits>

/** An inspector that also says how well its children are held. */
export type IsolatedInspector = Inspector & Isolated

const usualLimits: InspectorLimits = {
  dataBytes: 1_200_000_000,
  heapMiB: 512,
  cpuSeconds: 60,
  fileMs: 10_000,
  startMs: 20_000,
  files: 5_000,
}

const mostStarts = 2

/** A glance may take this long, ms: some hundred times what it does. What it kept is then inspected in its own time. */
const mostGlanceMs = 2_000

type Waiting = {
  readonly from: string
  readonly take: (slot: Slot) => void
  readonly refuse: (cause: Fault) => void
}

type Slot = { child: Child | null; ready: Promise<boolean>; files: number }

const emptyFile: Findings = { kind: 'other', codes: ['EMPTY_FILE'], instance: null, facts: {} }

/** Opens an inspector; its children start at once and end with `close` or with this process. */
export const openInspector = (options: InspectorOptions = {}): IsolatedInspector => {
  const limits = { ...usualLimits, ...options.limits }
  const childModule = options.childModule ?? join(import.meta.dirname, 'child.ts')
  const isolation = planIsolation(options.node ?? process.execPath, childModule, limits)
  const waiting: Waiting[] = []
  const busy = new Map<string, number>()
  const mostOfOne = Math.max(1, (options.children ?? 1) - 1)
  let closed = false

  const start = (slot: Slot): void => {
    const child = startChild(isolation)
    slot.child = child
    slot.files = 0
    slot.ready = isReady(child, limits.startMs)
  }
  const recycle = (slot: Slot): void => {
    void slot.child?.kill()
    slot.child = null
    if (!closed) start(slot)
  }
  const slots = Array.from({ length: Math.max(1, options.children ?? 1) }, () => {
    const slot: Slot = { child: null, ready: Promise.resolve(false), files: 0 }
    start(slot)
    return slot
  })
  const idle = [...slots]

  const mayTake = (from: string): boolean => from === '' || (busy.get(from) ?? 0) < mostOfOne
  const enter = (from: string): void => {
    busy.set(from, (busy.get(from) ?? 0) + 1)
  }
  const leave = (from: string): void => {
    const left = (busy.get(from) ?? 0) - 1
    if (left > 0) busy.set(from, left)
    else busy.delete(from)
  }
  const take = (from: string): Promise<Slot> => {
    if (closed) return Promise.reject(new Fault('internal'))
    const slot = mayTake(from) ? idle.pop() : undefined
    if (slot === undefined)
      return new Promise((resolve, reject) => waiting.push({ from, take: resolve, refuse: reject }))
    enter(from)
    return Promise.resolve(slot)
  }
  const give = (slot: Slot, from: string): void => {
    leave(from)
    idle.push(slot)
    // The first of those who wait, one for each child that is free now.
    for (let at = 0; at < waiting.length && idle.length > 0; ) {
      const next = waiting[at]
      const free = next !== undefined && mayTake(next.from) ? idle.pop() : undefined
      if (next === undefined || free === undefined) {
        at += 1
        continue
      }
      waiting.splice(at, 1)
      enter(next.from)
      next.take(free)
    }
  }

  const readyChild = async (slot: Slot): Promise<Child | null> => {
    if (slot.child?.alive() === false) recycle(slot)
    for (let starts = 0; !(await slot.ready); starts += 1) {
      if (closed || starts === mostStarts) return null
      recycle(slot)
    }
    return slot.child
  }

  const ask = async (slot: Slot, source: ByteSource, head: Buffer): Promise<Findings> => {
    const child = await readyChild(slot)
    if (child === null) return unanswered(head)
    const heard = await converse(child, source, head, limits.fileMs).catch((cause: unknown) => {
      recycle(slot)
      throw cause
    })
    slot.files += 1
    const believed = heard !== 'lost' && agrees(heard.findings, head)
    if (!believed || heard.tired || slot.files >= limits.files) recycle(slot)
    return believed ? heard.findings : unanswered(head)
  }

  const glance = collectGlances(async (files: readonly Glanced[], from) => {
    const slot = await take(from)
    try {
      const child = await readyChild(slot)
      if (child === null) return []
      const seen = await glanceAt(child, files, Math.min(limits.fileMs, mostGlanceMs))
      slot.files += files.length
      if (seen === 'lost' || seen.tired || slot.files >= limits.files) recycle(slot)
      return seen === 'lost' ? [] : seen.findings
    } finally {
      give(slot, from)
    }
  })

  return {
    limits: isolation.limits,
    pids: () => slots.map((slot) => slot.child?.pid).filter((pid) => pid !== undefined),
    inspect: async (source, from = '') => {
      if (source.size === 0) return emptyFile
      const least = Math.min(sniffedBytes, source.size)
      const given = source.head !== undefined && source.head.length >= least ? source.head : null
      const head =
        given?.subarray(0, headBytes) ?? (await readExactly(source, 0, Math.min(headBytes, source.size)))
      const glanced =
        given !== null && worthGlancing(source, head) ? await glance({ size: source.size, head }, from) : null
      if (glanced !== null && !closed) return glanced
      const slot = await take(from)
      try {
        const findings = await ask(slot, source, head)
        // A child that ended because we are closing says nothing about the file.
        if (closed) throw new Fault('internal')
        return findings
      } finally {
        give(slot, from)
      }
    },
    close: async () => {
      closed = true
      for (const { refuse } of waiting.splice(0)) refuse(new Fault('internal'))
      await Promise.all(slots.map((slot) => slot.child?.kill() ?? Promise.resolve()))
    },
  }
}
