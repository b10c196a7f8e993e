/** Invite reader: a specialist is let in to one case by a link that works once and a code that goes another way. */
import type { AuditAction } from '#domain/audit.ts'
import { mayRead } from '#domain/case.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, OperatorId, ReaderId } from '#domain/id.ts'
import { type InvitedReader, longestReaderDays } from '#domain/reader.ts'
import { readerSeal } from '#domain/seal-name.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { ReaderLedger } from '#ports/reader-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { ReaderTokens } from '#ports/tokens.ts'

export type InviteReaderNeeds = {
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly readers: ReaderLedger
  readonly vault: CaseVault
  readonly tokens: ReaderTokens
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly clock: Clock
  readonly ids: Ids
}

export type Invited = {
  readonly reader: ReaderId
  readonly token: string
  /** To be told by another way than the link. */
  readonly code: string
  readonly expiresAt: Date
}

const dayMs = 86_400_000

const note = (
  { audit, clock }: Pick<InviteReaderNeeds, 'audit' | 'clock'>,
  action: AuditAction,
  by: OperatorId,
  of: CaseId,
  reader: ReaderId,
): Promise<void> =>
  audit.append(
    { action, actor: { kind: 'operator', id: by }, case: of, object: reader, facts: {} },
    clock.now(),
  )

const prepare = async ({ tokens, secrets, clock }: InviteReaderNeeds, reader: ReaderId, days: number) => {
  const at = clock.now()
  const expiresAt = new Date(at.getTime() + Math.min(days, longestReaderDays) * dayMs)
  const secret = secrets.token()
  const code = secrets.code()
  const token = await tokens.write({ reader, secret, expiresAt })
  const invitation = {
    secretHash: secrets.hash(secret),
    codeHash: await secrets.stretch(code),
    expiresAt,
    at,
  }
  return { invitation, invited: { reader, token, code, expiresAt } satisfies Invited }
}

/** Refuses `case.not-found`, `case.closed`. */
export const inviteReader =
  (needs: InviteReaderNeeds) =>
  async (of: CaseId, name: string, days: number, by: OperatorId): Promise<Invited | Refusal> => {
    const row = await needs.cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (row.keys === null || !mayRead(row.state)) return refuse('case.closed')
    const id = needs.ids.next<ReaderId>()
    const key = await needs.vault.open(of, row.keys.wrappedKey)
    const details = key.seal(Buffer.from(JSON.stringify({ name })), readerSeal(of, id))
    const { invitation, invited } = await prepare(needs, id, days)
    await needs.readers.invite({ ...invitation, id, case: of, details, by })
    await note(needs, 'reader.invited', by, of, id)
    return invited
  }

/** A new link for a reader; what the old one led to is over. Refuses `reader.not-found`, `reader.ended`. */
export const inviteAgain =
  (needs: InviteReaderNeeds) =>
  async (id: ReaderId, days: number, by: OperatorId): Promise<Invited | Refusal> => {
    const reader = await needs.readers.readerById(id)
    if (reader === null) return refuse('reader.not-found')
    const { invitation, invited } = await prepare(needs, id, days)
    if (!(await needs.readers.inviteAgain(id, invitation))) return refuse('reader.ended')
    await note(needs, 'reader.invited', by, reader.case, id)
    return invited
  }

/** The reader's next request is refused, whatever token they hold. Refuses `reader.not-found`. */
export const endReader =
  (needs: InviteReaderNeeds) =>
  async (id: ReaderId, by: OperatorId): Promise<Refusal | null> => {
    const reader = await needs.readers.readerById(id)
    if (reader === null) return refuse('reader.not-found')
    if (await needs.readers.end(id, needs.clock.now())) await note(needs, 'reader.ended', by, reader.case, id)
    return null
  }

export type ReaderView = InvitedReader & { readonly name: string | null }

/** The readers of a case with their names; null names once its key is gone. Refuses `case.not-found`. */
export const listReaders =
  ({ cases, readers, vault }: InviteReaderNeeds) =>
  async (of: CaseId): Promise<readonly ReaderView[] | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    const key = row.keys === null ? null : await vault.open(of, row.keys.wrappedKey)
    return (await readers.readersOf(of)).map(({ details, ...reader }) => {
      if (key === null) return { ...reader, name: null }
      const { name } = JSON.parse(
        Buffer.from(key.unseal(details, readerSeal(of, reader.id))).toString('utf8'),
      ) as { readonly name: string }
      return { ...reader, name }
    })
  }
