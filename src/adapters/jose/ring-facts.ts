/** What a key ring on disk is like, key by key, without giving a key out: for whoever checks a set-up. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '#domain/fault.ts'
import type { Clock } from '#ports/clock.ts'
import { openEdgeRing } from './edge-ring.ts'
import { listFolder } from './key-file.ts'
import { listMasterKeys } from './master-key.ts'
import { listSigningKeys, type Purpose } from './signing-key.ts'
import { openVaultRing } from './vault-ring.ts'

export type HalfFacts = {
  /** The folder is there. */
  readonly present: boolean
  /** Why the half does not open, in words; null when it does. */
  readonly problem: string | null
}

export type RingFacts = {
  readonly edge: HalfFacts
  readonly vault: HalfFacts
  readonly masterKeys: number
  /** The key that signs for each purpose now, and since when. */
  readonly signing: readonly { readonly purpose: Purpose; readonly since: Date }[]
  /** Who owns the folder; null when there is none. */
  readonly owner: number | null
}

const problemOf = (work: () => unknown): string | null => {
  try {
    work()
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return error.cause instanceof Error ? error.cause.message : error.code
  }
}

const listed = <T>(work: () => readonly T[]): readonly T[] => {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** Reads every key of both halves, as far as they are there. */
export const readRingFacts = (folder: string, clock: Clock): RingFacts => {
  const half = (name: 'edge' | 'vault', open: () => unknown): HalfFacts => ({
    present: listed(() => listFolder(join(folder, name))).length > 0,
    problem: problemOf(open),
  })
  const keys = [
    ...listed(() => listSigningKeys(folder, 'edge')),
    ...listed(() => listSigningKeys(folder, 'vault')),
  ]
  return {
    edge: half('edge', () => openEdgeRing(folder, clock, '')),
    vault: half('vault', () => openVaultRing(folder, clock, '')),
    masterKeys: listed(() => listMasterKeys(folder)).length,
    signing: keys
      .filter((key) => key.retiredAt === null)
      .map(({ purpose, createdAt }) => ({ purpose, since: createdAt })),
    owner: statSync(folder, { throwIfNoEntry: false })?.uid ?? null,
  }
}
