/** Whose files a pack brings: opens what the case was opened with and what it shows, and asks the identity check. */
import { type IdentityCheck, identityCheck } from '#domain/identity-check.ts'
import type { CaseDetails } from '#domain/patient.ts'
import { detailsSeal, factsSeal } from '#domain/seal-name.ts'
import type { SealedFacts } from '#domain/study.ts'
import type { ArrivedPack, ItemDecision, Twins } from './admission-ledger.ts'
import type { CaseKey } from './case-vault.ts'

const unseal = (key: CaseKey, sealed: Uint8Array, name: string): unknown =>
  JSON.parse(Buffer.from(key.unseal(sealed, name)).toString('utf8'))

export type PackIdentities = Pick<IdentityCheck, 'codesOf'> & {
  /** Keeps files of a second patient out of what the case shows. */
  settle(decisions: readonly ItemDecision[], shown: Twins['shown']): readonly ItemDecision[]
}

/** For one pack and no longer. @throws `store.damaged` when what the case was opened with does not open. */
export const packIdentities = (key: CaseKey, { case: of, details }: ArrivedPack): PackIdentities => {
  const opened = details === null ? null : (unseal(key, details, detailsSeal(of)) as CaseDetails)
  const check = identityCheck(opened === null ? null : opened.patient)
  return {
    codesOf: check.codesOf,
    settle: (decisions, shown) =>
      check.keepOutStrangers(
        decisions,
        shown.map(({ item, sealedFacts }) => unseal(key, sealedFacts, factsSeal(of, item)) as SealedFacts),
      ),
  }
}
