/** Read letters: what was written to the senders of a case, and the words of one that is kept for the desk. */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, LetterId, OperatorId } from '#domain/id.ts'
import { letterSeal } from '#domain/seal-name.ts'
import { type KeptLetter, readKeptLetter } from '#formats/letters/sealed-letter.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { LetterLedger, LetterRow } from '#ports/letter-ledger.ts'

export type ReadLettersNeeds = {
  readonly letters: Pick<LetterLedger, 'letterById' | 'lettersOf' | 'readKept' | 'dropKept'>
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly vault: CaseVault
  readonly audit: AuditLedger
  readonly clock: Clock
}

/** Every letter of a case without its words, oldest first; refuses `case.not-found`. */
export const listLetters =
  ({ letters, cases }: ReadLettersNeeds) =>
  async (id: CaseId): Promise<readonly LetterRow[] | Refusal> =>
    (await cases.findCase(id)) === null ? refuse('case.not-found') : letters.lettersOf(id)

/**
 * The words of a kept letter, for whoever hands them on; in the audit before they are told. Refuses
 * `letter.not-found`, and `letter.gone` for one that has none.
 */
export const readLetter =
  ({ letters, cases, vault, audit, clock }: ReadLettersNeeds) =>
  async (id: LetterId, by: OperatorId): Promise<(LetterRow & KeptLetter) | Refusal> => {
    const known = await letters.letterById(id)
    if (known === null) return refuse('letter.not-found')
    const row = await cases.findCase(known.case)
    if (row === null || row.keys === null) return refuse('letter.gone')
    const at = clock.now()
    const turn = await letters.readKept(id, at)
    if (turn === null) return refuse('letter.gone')
    const key = await vault.open(known.case, row.keys.wrappedKey)
    const kept = readKeptLetter(key.unseal(turn.sealed, letterSeal(known.case, id, 'words')))
    await audit.append(
      {
        action: 'letter.read',
        actor: { kind: 'operator', id: by },
        case: known.case,
        object: id,
        facts: { kind: known.kind },
      },
      at,
    )
    const { sealed: _, ...told } = turn
    return { ...told, ...kept }
  }

/** Takes a kept letter's words away at once. Refuses `letter.not-found`, `letter.gone`. */
export const dropLetter =
  ({ letters, audit, clock }: ReadLettersNeeds) =>
  async (id: LetterId, by: OperatorId): Promise<Refusal | null> => {
    const known = await letters.letterById(id)
    if (known === null) return refuse('letter.not-found')
    if (!(await letters.dropKept(id))) return refuse('letter.gone')
    await audit.append(
      {
        action: 'letter.dropped',
        actor: { kind: 'operator', id: by },
        case: known.case,
        object: id,
        facts: { kind: known.kind },
      },
      clock.now(),
    )
    return null
  }
