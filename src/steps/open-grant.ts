/** Open grant: one reader, one case, ten minutes at most; and its end. */
import { mayRead } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import { longestGrantSeconds, type Scope } from '#domain/grant.ts'
import type { CaseId, GrantId, OperatorId, ReaderId } from '#domain/id.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { AccessTokens } from '#ports/tokens.ts'

export type OpenGrantNeeds = {
  readonly cases: CaseLedger
  readonly delivery: DeliveryLedger
  readonly tokens: AccessTokens
  readonly secrets: Pick<Secrets, 'token' | 'hash'>
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly ids: Ids
}

export type OpenedGrant = {
  readonly grant: GrantId
  readonly token: string
  readonly expiresAt: Date
  /** Carries the grant in an address, for DICOMweb alone; null unless it was asked for. */
  readonly capability: string | null
}

/** Who a grant is opened by: the desk for somebody, or a reader for a program of their own. */
export type GrantBy = { readonly operator: OperatorId } | { readonly reader: ReaderId }

/** Refuses `case.not-found`, `case.closed`, and `reader.ended` when the reader is not reading any more. */
export const openGrant =
  ({ cases, delivery, tokens, secrets, audit, clock, ids }: OpenGrantNeeds) =>
  async (
    of: CaseId,
    scopes: readonly Scope[],
    seconds: number,
    by: GrantBy,
    withCapability = false,
  ): Promise<OpenedGrant | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (!mayRead(row.state)) return refuse('case.closed')
    const at = clock.now()
    const expiresAt = new Date(at.getTime() + Math.min(seconds, longestGrantSeconds) * 1_000)
    const grant = ids.next<GrantId>()
    const capability = withCapability ? secrets.token() : null
    const hash = capability === null ? {} : { capabilityHash: secrets.hash(capability) }
    if (!(await delivery.openGrant({ id: grant, case: of, scopes, expiresAt, by, at, ...hash })))
      return refuse('reader.ended')
    const token = await tokens.write({ grant, case: of, scopes, expiresAt })
    const actor =
      'operator' in by
        ? ({ kind: 'operator', id: by.operator } as const)
        : ({ kind: 'reader', id: by.reader } as const)
    await audit.append({ action: 'grant.opened', actor, case: of, object: grant, facts: {} }, at)
    return { grant, token, expiresAt, capability }
  }

/** The next request with its token is refused. Refuses `grant.not-found`. */
export const revokeGrant =
  ({ delivery, audit, clock }: OpenGrantNeeds) =>
  async (id: GrantId, by: OperatorId): Promise<Refusal | null> => {
    const grant = await delivery.findGrant(id)
    if (grant === null) return refuse('grant.not-found')
    const at = clock.now()
    if (await delivery.revokeGrant(id, at))
      await audit.append(
        {
          action: 'grant.revoked',
          actor: { kind: 'operator', id: by },
          case: grant.case,
          object: id,
          facts: {},
        },
        at,
      )
    return null
  }
