/** Sign in: a code that works once, printed where only the operator reads it, becomes a session of twelve hours. */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { OperatorId } from '#domain/id.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { OperatorLedger } from '#ports/operator-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'

export type SignInNeeds = {
  readonly operators: OperatorLedger
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly ids: Ids
}

const codeHours = 24
const sessionHours = 12
const hourMs = 3_600_000

/** A fresh one-time code, good for a day. It is kept as a hash only. */
export const issueSignIn =
  ({ operators, secrets, clock }: Omit<SignInNeeds, 'audit' | 'ids'>) =>
  async (): Promise<string> => {
    const code = secrets.token()
    const at = clock.now()
    await operators.addCode(secrets.hash(code), new Date(at.getTime() + codeHours * hourMs), at)
    return code
  }

/** Refuses `operator.code-wrong` for a code that is wrong, spent or over. */
export const signIn =
  ({ operators, secrets, audit, clock, ids }: SignInNeeds) =>
  async (code: string): Promise<{ operator: OperatorId; token: string; endsAt: Date } | Refusal> => {
    const at = clock.now()
    const token = secrets.token()
    const endsAt = new Date(at.getTime() + sessionHours * hourMs)
    const session = { id: ids.next<OperatorId>(), tokenHash: secrets.hash(token), expiresAt: endsAt, at }
    const operator = await operators.signIn(secrets.hash(code), session)
    if (operator === null) return refuse('operator.code-wrong')
    await audit.append(
      {
        action: 'operator.signed-in',
        actor: { kind: 'operator', id: operator },
        case: null,
        object: operator,
        facts: {},
      },
      at,
    )
    return { operator, token, endsAt }
  }
