/** Enter reading: a reader's link and code become a session, once; and the end of it when the reader leaves. */
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import type { ReaderLedger, ReaderRow, ReadingSession } from '#ports/reader-ledger.ts'
import type { Secrets } from '#ports/secrets.ts'
import type { ReaderTokens } from '#ports/tokens.ts'

export type EnterReadingNeeds = {
  readonly readers: ReaderLedger
  readonly tokens: Pick<ReaderTokens, 'read'>
  readonly secrets: Secrets
  readonly audit: AuditLedger
  readonly clock: Clock
}

export type Entered = {
  readonly session: ReadingSession
  /** The bearer of the session; shown once. */
  readonly token: string
}

/** The try is counted before the answer is known to be right. */
const checkCode = async (
  { readers, secrets, clock }: EnterReadingNeeds,
  reader: ReaderRow,
  code: string | undefined,
): Promise<Refusal | null> => {
  if (code === undefined) return refuse('link.code-needed')
  const left = await readers.countTry(reader.id, clock.now())
  if (left === null) return refuse('link.locked')
  if (await secrets.matches(code, reader.codeHash)) return null
  return left > 0 ? refuse('link.code-wrong', { left }) : refuse('link.locked')
}

/** Why nobody is let in by it, code or not; null when the code is worth asking for. */
const obstacle = ({ state }: ReaderRow, expired: boolean): Refusal | null => {
  if (state === 'ended') return refuse('reader.ended')
  if (state === 'reading') return refuse('link.used-up')
  return expired ? refuse('link.expired') : null
}

/**
 * Spends the link. Refuses `link.invalid`, `link.expired`, `link.used-up`, `link.locked`, `link.code-needed`,
 * `link.code-wrong`, `reader.ended`, `case.closed`. Without a code nothing is counted: the page asks that way whether
 * the link lives.
 */
export const enterReading =
  (needs: EnterReadingNeeds) =>
  async (link: string, code: string | undefined): Promise<Entered | Refusal> => {
    const { readers, tokens, secrets, audit, clock } = needs
    const claims = await tokens.read(link)
    if (claims === null) return refuse('link.invalid')
    const secretHash = secrets.hash(claims.secret)
    const reader = await readers.findReader(claims.reader, secretHash)
    if (reader === null) return refuse('link.invalid')
    const at = clock.now()
    const say = (action: 'reader.entered' | 'reader.refused', facts: Record<string, string>) =>
      audit.append(
        { action, actor: { kind: 'reader', id: reader.id }, case: reader.case, object: reader.id, facts },
        at,
      )
    const token = secrets.token()
    const entered =
      obstacle(reader, claims.expired) ??
      (await checkCode(needs, reader, code)) ??
      (await readers.enter({ id: reader.id, secretHash }, { tokenHash: secrets.hash(token), at }))
    if (isRefusal(entered)) {
      if (entered.refused !== 'link.code-needed') await say('reader.refused', { code: entered.refused })
      return entered
    }
    await say('reader.entered', {})
    return { session: entered, token }
  }

/** The session and every token it minted are over. */
export const leaveReading =
  ({ readers, audit, clock }: Pick<EnterReadingNeeds, 'readers' | 'audit' | 'clock'>) =>
  async ({ reader, case: of }: ReadingSession): Promise<void> => {
    const at = clock.now()
    if (await readers.leave(reader, at))
      await audit.append(
        { action: 'reader.left', actor: { kind: 'reader', id: reader }, case: of, object: reader, facts: {} },
        at,
      )
  }
