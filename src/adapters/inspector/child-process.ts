/**
 * Child process: one running child and the conversation with it. The child is taken for hostile: a frame out of
 * turn, out of bounds or too late ends it. Nothing here throws for what a child does.
 */
import { type ChildProcess as NodeChild, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import {
  childOutput,
  type Frame,
  frameHeader,
  frameHeaderBytes,
  frameKinds,
  parseFrameHeader,
} from './frames.ts'
import type { Isolation } from './isolation.ts'

export type Child = {
  readonly pid: number | undefined
  /** False once it died or was given up. */
  alive(): boolean
  /** Sends one frame. */
  send(kind: Frame['kind'], ...payload: readonly Uint8Array[]): void
  /** The next frame, or null when the child died, broke the protocol or let `ms` pass; then it is dead. */
  hear(ms: number): Promise<Frame | null>
  /** True when it ended for using too much: a frame too late, processor time, memory. Known once `hear` gave null. */
  exhausted(): boolean
  /** Ends it at once; resolves when it is gone. */
  kill(): Promise<void>
}

/** Collects one frame from pieces; `null` once the bytes cannot be one. */
export const frameCollector = (): ((piece: Buffer) => Frame | 'more' | null) => {
  let pieces: Buffer[] = []
  let held = 0
  let header: ReturnType<typeof parseFrameHeader> = null
  return (piece) => {
    pieces.push(piece)
    held += piece.length
    if (held < frameHeaderBytes) return 'more'
    if (header === null) {
      pieces = [Buffer.concat(pieces)]
      header = parseFrameHeader(pieces[0] ?? Buffer.alloc(frameHeaderBytes))
      if (header === null) return null
    }
    const whole = frameHeaderBytes + header.length
    if (held < whole) return 'more'
    if (held > whole) return null
    const frame = { kind: header.kind, payload: Buffer.concat(pieces).subarray(frameHeaderBytes) }
    pieces = []
    held = 0
    header = null
    return frame
  }
}

/** How a child ends that its limits ended: the first two tell processor time, the others memory. */
const exhaustedSignals: ReadonlySet<unknown> = new Set(['SIGXCPU', 'SIGKILL', 'SIGABRT', 'SIGTRAP'])

const startProcess = (isolation: Isolation): NodeChild =>
  spawn(isolation.command, [...isolation.args], {
    env: {},
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  })

/** Starts a child; its first frame is READY. */
export const startChild = (isolation: Isolation): Child => {
  const child = startProcess(isolation)
  const input = child.stdin as Writable
  const output = child.stdio[childOutput] as Readable
  const collect = frameCollector()
  // READY may come before anyone listens; any other frame that nobody asked for ends the child.
  let early: Frame | null = null
  let listener: ((frame: Frame | null) => void) | null = null
  let dead = false
  let spent = false

  const gone = new Promise<void>((resolve) => {
    const end = (_code?: unknown, signal?: unknown): void => {
      if (!dead && exhaustedSignals.has(signal)) spent = true
      dead = true
      tell(null)
      resolve()
    }
    child.once('close', end)
    child.once('error', end)
  })
  const tell = (frame: Frame | null): void => {
    const told = listener
    listener = null
    if (told !== null) told(frame)
    else if (frame?.kind === frameKinds.ready && early === null) early = frame
    else {
      dead = true
      child.kill('SIGKILL')
    }
  }
  // A write to a child that just died fails here; its end is noticed by `close`.
  input.on('error', () => child.kill('SIGKILL'))
  output.on('error', () => child.kill('SIGKILL'))
  output.on('data', (piece: Buffer) => {
    if (dead) return
    const frame = collect(piece)
    if (frame === 'more') return
    if (frame === null) {
      dead = true
      child.kill('SIGKILL')
    }
    tell(frame)
  })

  return {
    pid: child.pid,
    alive: () => !dead,
    exhausted: () => spent,
    send: (kind, ...payload) => {
      if (dead) return
      const length = payload.reduce((sum, part) => sum + part.length, 0)
      input.cork()
      input.write(frameHeader(kind, length))
      for (const part of payload) input.write(part)
      input.uncork()
    },
    hear: (ms) => {
      const waiting = early
      early = null
      if (waiting !== null) return Promise.resolve(waiting)
      if (dead) return Promise.resolve(null)
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          dead = true
          spent = true
          child.kill('SIGKILL')
          tell(null)
        }, ms)
        listener = (frame) => {
          clearTimeout(timer)
          resolve(frame)
        }
      })
    },
    kill: () => {
      dead = true
      child.kill('SIGKILL')
      return gone
    },
  }
}

/** Waits for READY. */
export const isReady = async (child: Child, ms: number): Promise<boolean> => {
  const frame = await child.hear(ms)
  return frame !== null && frame.kind === frameKinds.ready
}
