/** Twins: the same bytes, or the same SOP instance, more than once in a case. Pure, as the ledger asks. */
import { type VerdictCode, worstOutcome } from '#domain/verdict.ts'
import type { ItemDecision, Twins } from './admission-ledger.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const withCode = (decision: ItemDecision, code: VerdictCode): ItemDecision => ({
  ...decision,
  codes: [...decision.codes, code],
})

/** One copy of the same bytes is enough; the same SOP instance with other bytes is for a person to decide. */
export const settleTwins =
  (decisions: readonly ItemDecision[]) =>
  (twins: Twins): readonly ItemDecision[] => {
    const digests = new Set(twins.digests)
    const instances = new Map(twins.instances)
    return decisions.map((decision) => {
      if (worstOutcome(decision.codes) === 'rejected') return decision
      const digest = hex(decision.sha256)
      if (digests.has(digest)) return withCode(decision, 'DUPLICATE')
      digests.add(digest)
      const uid = decision.instance?.sopUid
      if (uid === undefined) return decision
      const collides = instances.has(uid)
      if (!collides) instances.set(uid, digest)
      return collides ? withCode(decision, 'UID_COLLISION') : decision
    })
  }
