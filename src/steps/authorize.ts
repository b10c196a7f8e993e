/**
 * Authorize: may the bearer of this token do this to this case, now? Signature first, then the row: a revoked
 * grant or a closed case ends a token whose time has not come.
 */
import { mayRead } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { Scope } from '#domain/grant.ts'
import type { CaseId, GrantId, OperatorId } from '#domain/id.ts'
import type { SenderPurpose } from '#domain/link.ts'
import type { Clock } from '#ports/clock.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import type { LinkLedger, SenderSession } from '#ports/link-ledger.ts'
import type { OperatorLedger } from '#ports/operator-ledger.ts'
import type { ReaderLedger, ReadingSession } from '#ports/reader-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { AccessTokens } from '#ports/tokens.ts'

export type Reader = { readonly grant: GrantId; readonly case: CaseId }

type FoundGrant = NonNullable<Awaited<ReturnType<DeliveryLedger['findGrant']>>>

/** What the row says, whatever carried the grant. */
const judgeGrant = (grant: FoundGrant, of: CaseId, scope: Scope, at: Date): Reader | Refusal => {
  if (grant.revokedAt !== null) return refuse('token.revoked')
  if (grant.expiresAt <= at) return refuse('token.invalid')
  if (grant.case !== of) return refuse('case.not-found')
  if (!grant.scopes.includes(scope)) return refuse('token.scope')
  if (!mayRead(grant.caseState)) return refuse('case.closed')
  return { grant: grant.id, case: of }
}

/**
 * A reader of one case. Refuses `token.missing`, `token.invalid`, `token.revoked`, `token.scope`, and
 * `case.not-found` for a token of another case, so that nobody learns which cases exist.
 */
export const authorizeReader =
  ({ delivery, tokens, clock }: { delivery: DeliveryLedger; tokens: AccessTokens; clock: Clock }) =>
  async (token: string | null, of: CaseId, scope: Scope): Promise<Reader | Refusal> => {
    if (token === null) return refuse('token.missing')
    const claims = await tokens.read(token)
    if (claims === null) return refuse('token.invalid')
    const grant = await delivery.findGrant(claims.grant)
    if (grant === null || grant.case !== claims.case) return refuse('token.invalid')
    const reader = judgeGrant(grant, of, scope, clock.now())
    return isRefusal(reader) || claims.scopes.includes(scope) ? reader : refuse('token.scope')
  }

/** Which case an address opens; refuses `token.invalid` for one that opens none, or none any more. */
export const findCapability =
  ({ delivery, secrets }: { delivery: DeliveryLedger; secrets: Secrets }) =>
  async (capability: string): Promise<Reader | Refusal> => {
    const grant = await delivery.findCapability(secrets.hash(capability))
    return grant === null ? refuse('token.invalid') : { grant: grant.id, case: grant.case }
  }

/** The bearer of an address, as the row says at this moment. Refuses as `authorizeReader` does. */
export const authorizeCapability =
  ({ delivery, clock }: { delivery: DeliveryLedger; clock: Clock }) =>
  async (id: GrantId, of: CaseId, scope: Scope): Promise<Reader | Refusal> => {
    const grant = await delivery.findGrant(id)
    return grant === null ? refuse('token.invalid') : judgeGrant(grant, of, scope, clock.now())
  }

export type AuthorizeSenderNeeds = {
  readonly links: Pick<LinkLedger, 'session'>
  readonly secrets: Pick<Secrets, 'hash'>
  readonly clock: Clock
  /** `required`: no byte without a consent that stands. `asked`: by the page alone. */
  readonly consent: 'asked' | 'required'
}

/** A sender at work. Refuses `session.missing`, `session.ended`, `link.revoked`, `case.closed`, `consent.needed`. */
export const authorizeSender =
  ({ links, secrets, clock, consent }: AuthorizeSenderNeeds) =>
  async (token: string | null, purpose: SenderPurpose): Promise<SenderSession | Refusal> => {
    if (token === null) return refuse('session.missing')
    const session = await links.session(secrets.hash(token), clock.now())
    if (isRefusal(session) || purpose === 'visit') return session
    if (!session.receives) return refuse('case.closed')
    if (purpose === 'bring' && consent === 'required' && !session.consented) return refuse('consent.needed')
    return session
  }

/** A person who runs the gateway. Refuses `session.missing`, `session.ended`. */
export const authorizeOperator =
  ({ operators, secrets, clock }: { operators: OperatorLedger; secrets: Secrets; clock: Clock }) =>
  async (token: string | null): Promise<OperatorId | Refusal> => {
    if (token === null) return refuse('session.missing')
    return (await operators.session(secrets.hash(token), clock.now())) ?? refuse('session.ended')
  }

/** A reader in person. Refuses `session.missing`, `session.ended`, `reader.ended`, `case.closed`. */
export const authorizeReading =
  ({ readers, secrets, clock }: { readers: ReaderLedger; secrets: Secrets; clock: Clock }) =>
  async (token: string | null): Promise<ReadingSession | Refusal> =>
    token === null ? refuse('session.missing') : readers.session(secrets.hash(token), clock.now())
