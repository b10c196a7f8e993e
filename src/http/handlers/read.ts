/** What a reader in person asks for, and what the desk decides about readers. */
import { caseDetails } from '#contract/desk.ts'
import { isRefusal } from '#domain/fault.ts'
import { longestGrantSeconds } from '#domain/grant.ts'
import { setDownloadCookie } from '#http/gates/download-cookie.ts'
import type { CommonNeeds, PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { Invited } from '#steps/invite-reader.ts'

type Needs = CommonNeeds & PortalNeeds

const invitedReply = ({ publicUrl }: CommonNeeds, { reader, token, code, expiresAt }: Invited) => ({
  reader,
  url: `${publicUrl}/read#${token}`,
  code,
  expiresAt: expiresAt.toISOString(),
})

export const inviteReader =
  (needs: Needs): Handler<'inviteReader'> =>
  async ({ params, body, bearer }) => {
    const invited = await needs.inviteReader(params.case, body.name, body.days, bearer)
    return isRefusal(invited) ? invited : invitedReply(needs, invited)
  }

export const inviteAgain =
  (needs: Needs): Handler<'inviteAgain'> =>
  async ({ params, body, bearer }) => {
    const invited = await needs.inviteAgain(params.reader, body.days, bearer)
    return isRefusal(invited) ? invited : invitedReply(needs, invited)
  }

export const endReader =
  (needs: Needs): Handler<'endReader'> =>
  ({ params, bearer }) =>
    needs.endReader(params.reader, bearer)

export const listReaders =
  (needs: Needs): Handler<'listReaders'> =>
  async ({ params }) => {
    const readers = await needs.listReaders(params.case)
    if (isRefusal(readers)) return readers
    return {
      readers: readers.map(({ id, name, state, invitedAt, expiresAt, enteredAt, lockedUntil }) => ({
        reader: id,
        name,
        state,
        invitedAt: invitedAt.toISOString(),
        expiresAt: expiresAt.toISOString(),
        enteredAt: enteredAt?.toISOString() ?? null,
        lockedUntil: lockedUntil?.toISOString() ?? null,
      })),
    }
  }

export const enterReading =
  (needs: Needs): Handler<'enterReading'> =>
  async ({ body }) => {
    const entered = await needs.enterReading(body.link, body.code)
    if (isRefusal(entered)) return entered
    const { session, token } = entered
    return { session: token, endsAt: session.endsAt.toISOString(), case: session.case }
  }

export const viewCase =
  (needs: Needs): Handler<'viewCase'> =>
  async ({ bearer }) => {
    const viewed = await needs.viewCase(bearer)
    if (isRefusal(viewed)) return viewed
    const { openedAt, patient, documents, ...rest } = viewed
    return {
      case: bearer.case,
      institution: needs.institution,
      contact: needs.contact,
      ...rest,
      openedAt: openedAt.toISOString(),
      patient: caseDetails.shape.patient.parse(patient),
      documents: documents.map((document) => ({ ...document })),
      scanned: needs.scans ?? false,
      ohif: needs.ohifUrl,
    }
  }

export const mintGrant =
  (needs: Needs): Handler<'mintGrant'> =>
  async ({ body, bearer }) => {
    const { case: of, reader } = bearer
    const scopes = [...new Set(body.scopes)]
    const opened = await needs.openGrant(of, scopes, body.seconds, { reader }, body.capability)
    if (isRefusal(opened)) return opened
    const { capability, expiresAt, ...grant } = opened
    return {
      ...grant,
      expiresAt: expiresAt.toISOString(),
      capability: capability === null ? null : `${needs.publicUrl}/w/${capability}`,
      dicomweb: `${needs.publicUrl}/dicomweb/cases/${of}`,
      bundle: `${needs.publicUrl}/api/cases/${of}/bundle`,
    }
  }

export const allowDownload =
  (needs: Needs): Handler<'allowDownload'> =>
  async ({ bearer, res }) => {
    const { case: of, reader } = bearer
    const opened = await needs.openGrant(of, ['case:download'], longestGrantSeconds, { reader })
    if (isRefusal(opened)) return opened
    setDownloadCookie(res, of, opened.token, needs.publicUrl)
    return null
  }

export const leaveReading =
  (needs: Needs): Handler<'leaveReading'> =>
  async ({ bearer }) => {
    await needs.leaveReading(bearer)
    return null
  }
