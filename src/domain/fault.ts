/**
 * Faults: the closed list of everything that can be refused or go wrong, by stable code. What the person reads
 * and which HTTP status goes with it stands in `http/fault-to-reply.ts`; whether a job tries again, in
 * `workers/fault-to-retry.ts`. A file that is not acceptable is a verdict, not a fault.
 */
export const faultCodes = [
  'request.invalid',
  'request.not-found',
  'request.method',
  'request.type',
  'request.too-large',
  'request.too-slow',
  'request.aborted',
  'digest.missing',
  'digest.mismatch',
  'link.invalid',
  'link.expired',
  'link.used-up',
  'link.revoked',
  'link.locked',
  'link.code-needed',
  'link.code-wrong',
  'session.missing',
  'session.ended',
  'operator.code-wrong',
  'token.missing',
  'token.invalid',
  'token.revoked',
  'token.scope',
  'case.not-found',
  'case.closed',
  'item.not-found',
  'item.not-readable',
  'item.not-waiting',
  'item.locked',
  'item.unchecked',
  'item.checked',
  'item.second-person',
  'part.not-found',
  'part.not-separate',
  'link.not-found',
  'link.no-birth-date',
  'letter.not-found',
  'letter.gone',
  'mail.none',
  'mail.enough',
  'grant.not-found',
  'reader.not-found',
  'reader.ended',
  'push.unknown-target',
  'plan.unknown-item',
  'plan.changed',
  'plan.too-many',
  'send.incomplete',
  'consent.unknown',
  'consent.needed',
  'consent.none',
  'range.unsatisfiable',
  'state.conflict',
  'rate.limited',
  'server.stopping',
  'store.full',
  'store.unavailable',
  'store.damaged',
  'ledger.unavailable',
  'key.unavailable',
  'scanner.unavailable',
  'scanner.failed',
  'pacs.unavailable',
  'pacs.denied',
  'pacs.unusable',
  'pacs.refused',
  'pacs.too-large',
  'post.unavailable',
  'internal',
] as const

export type FaultCode = (typeof faultCodes)[number]

/** Small facts that go with a fault: counts, limits, ids. Never anything a person typed. */
export type FaultFacts = Readonly<Record<string, number | string>>

/** An expected refusal, as a value: the caller was told no, nothing changed. */
export type Refusal = { readonly refused: FaultCode; readonly facts: FaultFacts }

/** Says no with a code. */
export const refuse = (code: FaultCode, facts: FaultFacts = {}): Refusal => ({ refused: code, facts })

/** True when a step said no. */
export const isRefusal = (outcome: unknown): outcome is Refusal =>
  typeof outcome === 'object' && outcome !== null && 'refused' in outcome

/** Something that should have worked did not. `cause` stays for the log of a developer, never for a reply. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly facts: FaultFacts

  constructor(code: FaultCode, options: { facts?: FaultFacts; cause?: unknown } = {}) {
    super(code, { cause: options.cause })
    this.name = 'Fault'
    this.code = code
    this.facts = options.facts ?? {}
  }
}
