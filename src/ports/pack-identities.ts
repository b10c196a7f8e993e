/** Whose files a pack brings: opens what the case was opened with and what it shows, and asks the identity check. */
import { type IdentityCheck, identityCheck } from '#domain/identity-check.ts'
import type { ArrivedPack, ItemDecision, Twins } from './admission-ledger.ts'
import type { CaseKey } from './case-vault.ts'
import { openDetails, openFacts } from './open-sealed.ts'

export type PackIdentities = Pick<IdentityCheck, 'codesOf'> & {
  /** Keeps files of a second patient out of what the case shows. */
  settle(decisions: readonly ItemDecision[], shown: Twins['shown']): readonly ItemDecision[]
}

/** For one pack and no longer. @throws `store.damaged` when what the case was opened with does not open. */
export const packIdentities = (key: CaseKey, { case: of, details }: ArrivedPack): PackIdentities => {
  const opened = details === null ? null : openDetails(key, of, details)
  const check = identityCheck(opened === null ? null : opened.patient)
  return {
    codesOf: check.codesOf,
    settle: (decisions, shown) =>
      check.keepOutStrangers(
        decisions,
        shown.map(({ item, sealedFacts }) => openFacts(key, of, item, sealedFacts)),
      ),
  }
}
