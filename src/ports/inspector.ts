/**
 * Inspector: looks into one file's bytes, away from everything else, and says what it is.
 *
 * Contract: always resolves with findings; whatever the file does to its parser (hang, allocate, crash) costs
 * that file `CHECK_UNAVAILABLE` or a limit code and nothing else. It reads by range and only what it needs. It
 * opens no path, no network and keeps nothing. `source.read` failing rejects with that same failure: a store
 * that is down is not a verdict.
 */

import type { ItemKind } from '#domain/item.ts'
import type { Patch } from '#domain/patch.ts'
import type { InstanceFacts, SealedFacts } from '#domain/study.ts'
import type { VerdictCode } from '#domain/verdict.ts'

export type ByteSource = {
  readonly size: number
  /**
   * The first bytes, where they are at hand: nothing is read of a file that is judged from them. Fewer than 1 KiB of a
   * longer file tell nothing, and are not used.
   */
  readonly head?: Buffer | undefined
  /** At most `length` bytes from `offset`: fewer only at the end. May return more than asked from a cache. */
  read(offset: number, length: number): Promise<Buffer>
}

export type Findings = {
  readonly kind: ItemKind
  readonly codes: readonly VerdictCode[]
  readonly instance: InstanceFacts | null
  readonly facts: SealedFacts
  /** What must not reach a reader; none for most files. */
  readonly patches?: readonly Patch[]
  /** The words of a document, for searching inside its case; at most `mostTextBytes` of UTF-8. */
  readonly text?: string
  /** SOP Instance UIDs that a disc's directory lists; at most `mostListed`. */
  readonly listed?: readonly string[]
}

export const mostTextBytes = 262_144

export type Inspector = {
  /** Files `from` one pack never take every child at once, so that a bad pack holds up no other. */
  inspect(source: ByteSource, from?: string): Promise<Findings>
  /** Ends its processes. */
  close(): Promise<void>
}
