/** Grant: one reader's permission on one case, carried by a short-lived access token, revocable at once. */
import type { CaseId, GrantId, ReaderId } from './id.ts'

export const scopes = ['case:read', 'case:download'] as const
export type Scope = (typeof scopes)[number]

/** No access token lives longer. */
export const longestGrantSeconds = 600

export type Grant = {
  readonly id: GrantId
  readonly case: CaseId
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  /** The reader who minted it; null for one the desk gave out. */
  readonly reader: ReaderId | null
}
