/** What the desk asks for, from words to steps and back. */
import { caseDetails } from '#contract/desk.ts'
import { isRefusal, refuse } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { OpenedLink } from '#steps/open-link.ts'

const mostCases = 500
const mostAsks = 500

const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null

export const signIn =
  (needs: PortalNeeds): Handler<'signIn'> =>
  async ({ body }) => {
    const begun = await needs.signIn(body.code)
    return isRefusal(begun) ? begun : { token: begun.token, endsAt: begun.endsAt.toISOString() }
  }

export const openCase =
  (needs: PortalNeeds): Handler<'openCase'> =>
  async ({ body, bearer }) => ({ case: await needs.openCase(body, bearer) })

export const listCases =
  (needs: PortalNeeds): Handler<'listCases'> =>
  async () => ({
    cases: (await needs.cases.listCases(mostCases)).map(({ id, state, createdAt }) => ({
      case: id,
      state,
      openedAt: createdAt.toISOString(),
    })),
  })

export const readCase =
  (needs: PortalNeeds): Handler<'readCase'> =>
  async ({ params }) => {
    const view = await needs.readCase(params.case)
    if (isRefusal(view)) return view
    const { id, state, openedAt, details, counts } = view
    return {
      case: id,
      state,
      openedAt: openedAt.toISOString(),
      details: details === null ? null : caseDetails.parse(details),
      counts: { ...counts },
    }
  }

export const listItems =
  (needs: PortalNeeds): Handler<'listItems'> =>
  async ({ params }) => {
    const items = await needs.listItems(params.case)
    return isRefusal(items) ? items : { items: items.map((item) => ({ ...item, codes: [...item.codes] })) }
  }

/** Lists of a case that is not there are refused, not empty. */
const ofCase = async <Reply>({ cases }: PortalNeeds, id: CaseId, list: () => Promise<Reply>) =>
  (await cases.findCase(id)) === null ? refuse('case.not-found') : list()

export const listAudit =
  (needs: PortalNeeds): Handler<'audit'> =>
  ({ params }) =>
    ofCase(needs, params.case, async () => ({
      entries: (await needs.audit.entriesOf(params.case)).map(
        ({ seq, at, action, actor, object, facts, hash }) => ({
          seq,
          at: at.toISOString(),
          action,
          actor: { ...actor },
          object,
          facts: { ...facts },
          hash: Buffer.from(hash).toString('hex'),
        }),
      ),
    }))

const linkReply = ({ link, url, code, expiresAt }: OpenedLink) => ({
  link,
  url,
  code,
  expiresAt: expiresAt.toISOString(),
})

export const openLink =
  (needs: PortalNeeds): Handler<'openLink'> =>
  async ({ params, body: { role, name, ...terms }, bearer }) => {
    const link = await needs.openLink(params.case, { role, name }, terms, bearer)
    return isRefusal(link) ? link : linkReply(link)
  }

export const renewLink =
  (needs: PortalNeeds): Handler<'renewLink'> =>
  async ({ params, body, bearer }) => {
    const link = await needs.renewLink(params.link, body, bearer)
    return isRefusal(link) ? link : linkReply(link)
  }

export const revokeLink =
  (needs: PortalNeeds): Handler<'revokeLink'> =>
  ({ params, bearer }) =>
    needs.revokeLink(params.link, bearer)

export const listLinks =
  (needs: PortalNeeds): Handler<'listLinks'> =>
  ({ params }) =>
    ofCase(needs, params.case, async () => ({
      links: (await needs.links.linksOf(params.case)).map((link) => ({
        link: link.id,
        sender: link.sender,
        state: link.state,
        expiresAt: link.expiresAt.toISOString(),
        maxUses: link.maxUses,
        uses: link.uses,
        check: link.check,
        language: link.language,
        lockedUntil: isoOrNull(link.lockedUntil),
      })),
    }))

export const askedLinks =
  (needs: PortalNeeds): Handler<'askedLinks'> =>
  async () => ({
    asks: (await needs.links.openAsks(mostAsks)).map(({ askedAt, ...ask }) => ({
      ...ask,
      askedAt: askedAt.toISOString(),
    })),
  })

export const openGrant =
  (needs: PortalNeeds): Handler<'openGrant'> =>
  async ({ params, body, bearer }) => {
    const opened = await needs.openGrant(params.case, [...new Set(body.scopes)], body.seconds, {
      operator: bearer,
    })
    if (isRefusal(opened)) return opened
    const { grant, token, expiresAt } = opened
    return { grant, token, expiresAt: expiresAt.toISOString() }
  }

export const revokeGrant =
  (needs: PortalNeeds): Handler<'revokeGrant'> =>
  ({ params, bearer }) =>
    needs.revokeGrant(params.grant, bearer)

export const listGrants =
  (needs: PortalNeeds): Handler<'listGrants'> =>
  ({ params }) =>
    ofCase(needs, params.case, async () => ({
      grants: (await needs.delivery.grantsOf(params.case)).map(({ id, scopes, expiresAt, revokedAt }) => ({
        grant: id,
        scopes: [...scopes],
        expiresAt: expiresAt.toISOString(),
        revokedAt: isoOrNull(revokedAt),
      })),
    }))
