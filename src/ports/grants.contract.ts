/** What every adapter of `delivery-ledger.ts` must do about grants: nothing added, revoked once, the case's state with them. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseState } from '#domain/case.ts'
import type { CaseId, GrantId, OperatorId } from '#domain/id.ts'
import {
  after,
  bytes,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openSender,
  race,
  type Sending,
} from './ledgers.contract.ts'

/** Every state a case with records passes, in order. */
const way: readonly CaseState[] = [
  'collecting',
  'ready',
  'assigned',
  'in_review',
  'opined',
  'closed',
  'erased',
]

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const grantsContract = (name: string, open: OpenLedgers): void => {
  describe(`grants: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const newGrant = (over: { case?: CaseId; at?: Date } = {}) => ({
      id: newId<GrantId>(),
      case: sending.case,
      scopes: ['case:download', 'case:read'] as const,
      expiresAt: after(600),
      by: { operator: newId<OperatorId>() },
      at: noon,
      ...over,
    })
    it('finds a grant with the state its case has now', async () => {
      const grant = newGrant()
      expect(await ledgers.delivery.findGrant(grant.id)).toBeNull()
      await ledgers.delivery.openGrant(grant)
      for (const state of way) {
        await ledgers.cases.moveCase(sending.case, state, noon)
        const found = await ledgers.delivery.findGrant(grant.id)
        expect(found).toEqual({
          id: grant.id,
          case: sending.case,
          scopes: expect.arrayContaining([...grant.scopes]) as string[],
          expiresAt: grant.expiresAt,
          revokedAt: null,
          reader: null,
          caseState: state,
        })
      }
    })

    it('keeps the scopes that were given and adds none', async () => {
      const grant = { ...newGrant(), scopes: ['case:read'] as const }
      await ledgers.delivery.openGrant(grant)
      expect((await ledgers.delivery.findGrant(grant.id))?.scopes).toEqual(['case:read'])
    })

    it('finds a grant by the address that carries it, and by nothing else', async () => {
      const capabilityHash = bytes()
      const grant = { ...newGrant(), capabilityHash }
      await ledgers.delivery.openGrant(grant)
      await ledgers.delivery.openGrant(newGrant())
      expect(await ledgers.delivery.findCapability(capabilityHash)).toMatchObject({
        id: grant.id,
        case: sending.case,
      })
      expect(await ledgers.delivery.findCapability(bytes())).toBeNull()
      expect(await ledgers.delivery.findCapability(new Uint8Array(0))).toBeNull()
    })

    it('revokes once, whatever races', async () => {
      const grant = newGrant()
      await ledgers.delivery.openGrant(grant)
      const revoked = await race(20, () => ledgers.delivery.revokeGrant(grant.id, after(7)))
      expect(revoked.filter(Boolean)).toHaveLength(1)
      expect(await ledgers.delivery.findGrant(grant.id)).toMatchObject({ revokedAt: after(7) })
      expect(await ledgers.delivery.revokeGrant(newId<GrantId>(), noon)).toBe(false)
    })

    it('lists the grants of a case, revoked ones too', async () => {
      const grants = [newGrant({ at: after(1) }), newGrant({ at: after(2) })]
      const other = await openSender(ledgers)
      for (const grant of [...grants, newGrant({ case: other.case })]) await ledgers.delivery.openGrant(grant)
      await ledgers.delivery.revokeGrant(grants[0]?.id ?? newId<GrantId>(), after(3))
      const listed = await ledgers.delivery.grantsOf(sending.case)
      expect(new Map(listed.map(({ id, revokedAt }) => [id, revokedAt]))).toEqual(
        new Map(grants.map(({ id }, n) => [id, n === 0 ? after(3) : null])),
      )
    })
  })
}
