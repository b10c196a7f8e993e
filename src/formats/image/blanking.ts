/**
 * Blanking: collects what is to be overwritten in a picture. What already reads as it should is left out, so that
 * a picture with nothing to hide has no patches.
 */
import type { Patch } from '#domain/patch.ts'

const zeros = Buffer.alloc(65_536)
const nothing = Buffer.alloc(0)

/** True when the bytes `from … to-1` are all zero. */
export const areZero = (bytes: Buffer, from: number, to: number): boolean => {
  for (let at = from; at < to; at += zeros.length) {
    const end = Math.min(to, at + zeros.length)
    if (bytes.compare(zeros, 0, end - at, at, end) !== 0) return false
  }
  return true
}

export type Blanking = {
  /** `length` bytes from `at` become `instead`, as far as it fits, then zeros. All lie inside the file. */
  blank(at: number, length: number, instead?: Buffer): void
  /** In the order of the file. */
  readonly patches: Patch[]
}

/** Starts a collection for `bytes`. Calls come in the order of the file and do not overlap. */
export const startBlanking = (bytes: Buffer): Blanking => {
  const patches: Patch[] = []
  return {
    patches,
    blank: (at, length, instead = nothing) => {
      const kept = instead.subarray(0, length)
      const same =
        bytes.compare(kept, 0, kept.length, at, at + kept.length) === 0 &&
        areZero(bytes, at + kept.length, at + length)
      if (length > 0 && !same) patches.push({ at, length, bytes: kept })
    },
  }
}

export type Span = { readonly at: number; readonly length: number }

/** Spans in any order, made ordered and free of overlap. */
export const joinSpans = (spans: readonly Span[]): Span[] => {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.at - b.at)) {
    const last = joined.at(-1)
    if (last === undefined || last.at + last.length < span.at) joined.push(span)
    else
      joined[joined.length - 1] = {
        at: last.at,
        length: Math.max(last.length, span.at + span.length - last.at),
      }
  }
  return joined
}
