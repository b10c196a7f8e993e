/**
 * Owe letters: finds whom there is something to write to, and writes it down as owed. Senders who want their receipt,
 * senders whose records were opened for the first time, and the desk, of which somebody asks a new link. Looked for
 * again and again: what was found before is not found again, and one that cannot be written holds up no other.
 */
import type { CaseId, LetterId, SenderId } from '#domain/id.ts'
import type { Language } from '#domain/language.ts'
import { isMailAddress } from '#domain/letter.ts'
import { letterSeal } from '#domain/seal-name.ts'
import { openIntroduction } from '#formats/introduction.ts'
import { writeLetterFacts } from '#formats/letters/sealed-letter.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { IntroductionLedger } from '#ports/introduction-ledger.ts'
import type { LetterLedger, NewLetter } from '#ports/letter-ledger.ts'

export type OweLettersNeeds = {
  readonly letters: Pick<
    LetterLedger,
    'receiptAsks' | 'firstReadings' | 'untoldAsks' | 'answerAsk' | 'oweLetters'
  >
  readonly introductions: Pick<IntroductionLedger, 'introductionOf'>
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly vault: CaseVault
  readonly clock: Clock
  readonly ids: Ids
  /** Null: the desk is not told. */
  readonly deskMail: string | null
}

/** How many letters are owed now that were not, and how many could not be written. */
export type Owed = { readonly owed: number; readonly failed: number }

/** Found at one time; the rest follows at the next. */
const most = 200

type Sending = { readonly case: CaseId; readonly sender: SenderId }

/** The case's key; null when it is gone. */
const keyOf = async ({ cases, vault }: OweLettersNeeds, of: CaseId): Promise<CaseKey | null> => {
  const row = await cases.findCase(of)
  return row === null || row.keys === null ? null : vault.open(of, row.keys.wrappedKey)
}

/** Where a sender can be written to, and in which language; null when nowhere. */
const readerOf = async (
  { introductions }: OweLettersNeeds,
  key: CaseKey,
  { case: of, sender }: Sending,
): Promise<{ readonly to: string; readonly language: Language } | null> => {
  const row = await introductions.introductionOf(sender)
  if (row === null || !row.ways.includes('mail')) return null
  const { mail } = openIntroduction(await key.unlock(row.lockedKey), of, sender, row.sealed)
  return mail === null || !isMailAddress(mail) ? null : { to: mail, language: row.language }
}

type Content = Pick<NewLetter, 'kind' | 'language'> &
  Partial<Pick<NewLetter, 'link' | 'askedAt'>> & { readonly to: string; readonly said: Date | null }

const letterOf = (
  { clock, ids }: OweLettersNeeds,
  key: CaseKey,
  { case: of, sender }: Sending,
  { to, said, kind, language, link = null, askedAt = null }: Content,
): NewLetter => {
  const id = ids.next<LetterId>()
  const at = clock.now()
  const sealed = key.seal(writeLetterFacts({ to, at: said }), letterSeal(of, id, 'facts'))
  return { case: of, sender, id, kind, language, link, askedAt, sealed, at, dueAt: at }
}

const oweReceipts = async (needs: OweLettersNeeds): Promise<(() => Promise<number>)[]> =>
  (await needs.letters.receiptAsks(most)).map((ask) => async () => {
    const key = await keyOf(needs, ask.case)
    const reader = key === null ? null : await readerOf(needs, key, ask)
    const letter =
      key === null || reader === null
        ? null
        : letterOf(needs, key, ask, { ...reader, kind: 'receipt', said: null })
    const answered = await needs.letters.answerAsk(ask.id, letter, needs.clock.now())
    return answered && letter !== null ? 1 : 0
  })

const oweOpened = async (needs: OweLettersNeeds): Promise<(() => Promise<number>)[]> =>
  (await needs.letters.firstReadings(most)).map((reading) => async () => {
    const key = await keyOf(needs, reading.case)
    const reader = key === null ? null : await readerOf(needs, key, reading)
    if (key === null || reader === null) return 0
    const letter = letterOf(needs, key, reading, { ...reader, kind: 'opened', said: reading.at })
    return needs.letters.oweLetters([letter])
  })

const oweAsked = async (needs: OweLettersNeeds): Promise<(() => Promise<number>)[]> => {
  const { deskMail } = needs
  if (deskMail === null) return []
  return (await needs.letters.untoldAsks(most)).map((ask) => async () => {
    const key = await keyOf(needs, ask.case)
    if (key === null) return 0
    const { link, askedAt } = ask
    const content = {
      to: deskMail,
      kind: 'link-asked',
      language: 'en',
      said: askedAt,
      link,
      askedAt,
    } as const
    return needs.letters.oweLetters([letterOf(needs, key, ask, content)])
  })
}

/** Looks once. */
export const oweLetters = (needs: OweLettersNeeds) => async (): Promise<Owed> => {
  const found = [await oweReceipts(needs), await oweOpened(needs), await oweAsked(needs)].flat()
  let owed = 0
  let failed = 0
  for (const owe of found) {
    try {
      owed += await owe()
    } catch {
      failed += 1
    }
  }
  return { owed, failed }
}
