/** Who is sending, what they agree to, what they are told later; and all of it for the desk. */
import type { Consent } from '#domain/consent.ts'
import { isRefusal } from '#domain/fault.ts'
import type { IntakeNeeds, PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null

const toConsent = ({ version, givenAt, withdrawnAt }: Consent) => ({
  version,
  givenAt: givenAt.toISOString(),
  withdrawnAt: isoOrNull(withdrawnAt),
})

/** `POST /api/send/introduce`. */
export const introduce =
  (needs: Pick<IntakeNeeds, 'introduce'>): Handler<'introduce'> =>
  ({ body, bearer }) =>
    needs.introduce(bearer, body)

/** `POST /api/send/withdraw`. */
export const withdraw =
  (needs: Pick<IntakeNeeds, 'withdraw'>): Handler<'withdraw'> =>
  ({ bearer }) =>
    needs.withdraw(bearer)

/** `GET /api/send/standing`. */
export const standing =
  (needs: Pick<IntakeNeeds, 'seeStanding'>): Handler<'standing'> =>
  async ({ bearer }) => {
    const seen = await needs.seeStanding(bearer)
    if (isRefusal(seen)) return seen
    const { introduction, consent, step, finishedAt, opened } = seen
    return {
      introduced:
        introduction === null
          ? null
          : {
              role: introduction.role,
              language: introduction.language,
              mail: introduction.ways.includes('mail'),
            },
      consent: consent === null ? null : toConsent(consent),
      step,
      finishedAt: isoOrNull(finishedAt),
      opened: opened.map((at) => ({ at: at.toISOString() })),
    }
  }

/** `GET /api/cases/{case}/senders`. */
export const listSenders =
  (needs: Pick<PortalNeeds, 'readSenders'>): Handler<'listSenders'> =>
  async ({ params }) => {
    const senders = await needs.readSenders(params.case)
    if (isRefusal(senders)) return senders
    return {
      senders: senders.map(({ id, role, name, introduced, consent, startedAt, finishedAt }) => ({
        sender: id,
        role,
        name,
        introduced: introduced === null ? null : { ...introduced, at: introduced.at.toISOString() },
        consent:
          consent === null ? null : { ...toConsent(consent), kind: consent.kind, language: consent.language },
        startedAt: isoOrNull(startedAt),
        finishedAt: isoOrNull(finishedAt),
      })),
    }
  }
