/**
 * View case: what a reader sees before opening anything: the question, the patient, how much there is of what, and
 * every document. Images are listed by DICOMweb.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { type ItemKind, waitingStates } from '#domain/item.ts'
import type { StatedPatient } from '#domain/patient.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { Clock } from '#ports/clock.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import { openDetails, openFacts } from '#ports/open-sealed.ts'
import type { ReadingSession } from '#ports/reader-ledger.ts'

export type ViewCaseNeeds = {
  readonly cases: Pick<CaseLedger, 'findCase' | 'countItems'>
  readonly delivery: Pick<DeliveryLedger, 'listed'>
  readonly vault: CaseVault
  readonly audit: AuditLedger
  readonly clock: Clock
}

export type DocumentView = {
  readonly item: ItemId
  readonly kind: ItemKind
  readonly name: string | null
  readonly size: number
  readonly mediaType: string | null
  readonly pages: number | null
  /** How a picture is turned to stand upright, 1–8 as in EXIF. */
  readonly orientation: number | null
}

export type ViewedCase = {
  readonly openedAt: Date
  readonly state: string
  readonly patient: StatedPatient
  readonly question: string | null
  readonly images: number
  readonly bytes: number
  readonly documents: readonly DocumentView[]
  /** Files that are still on their way or under check, and those that wait for a person of the desk. */
  readonly arriving: number
  readonly held: number
}

/** Refuses `case.not-found`, `case.closed`. */
export const viewCase =
  ({ cases, delivery, vault, audit, clock }: ViewCaseNeeds) =>
  async ({ reader, case: of }: ReadingSession): Promise<ViewedCase | Refusal> => {
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    const listed = await delivery.listed(of)
    if (listed === null || row.keys === null || row.details === null) return refuse('case.closed')
    const key = await vault.open(of, row.keys.wrappedKey)
    const { patient, question } = openDetails(key, of, row.details)
    const counts = await cases.countItems(of)
    const sum = (states: readonly string[]): number =>
      states.reduce((all, state) => all + (counts[state as keyof typeof counts]?.items ?? 0), 0)
    await audit.append(
      { action: 'case.viewed', actor: { kind: 'reader', id: reader }, case: of, object: of, facts: {} },
      clock.now(),
    )
    return {
      openedAt: row.createdAt,
      state: row.state,
      patient,
      question: question ?? null,
      images: listed.instances,
      bytes: listed.bytes,
      documents: listed.documents.map(({ id, kind, size, sealedFacts }) => {
        const { name, mediaType, pages, orientation } = openFacts(key, of, id, sealedFacts)
        return {
          item: id,
          kind,
          size,
          name: name ?? null,
          mediaType: mediaType ?? (kind === 'pdf' ? 'application/pdf' : null),
          pages: pages ?? null,
          orientation: orientation ?? null,
        }
      }),
      arriving: sum(waitingStates),
      held: sum(['quarantined']),
    }
  }
