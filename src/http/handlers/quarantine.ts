/** What the desk does about items in quarantine, from words to steps and back. */
import type { Operations } from '#contract/operations.ts'
import type { DecisionAct } from '#domain/decision.ts'
import { isRefusal } from '#domain/fault.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Call, Handler } from '#http/route.ts'

export const listQuarantine =
  (needs: PortalNeeds): Handler<'listQuarantine'> =>
  async ({ params }) => {
    const waiting = await needs.listQuarantine(params.case)
    if (isRefusal(waiting)) return waiting
    const items = waiting.map(({ since, reasons, identity, proposed, ...item }) => ({
      ...item,
      identity: identity === null ? null : { ...identity, differs: [...identity.differs] },
      since: since.toISOString(),
      reasons: reasons.map((reason) => ({ ...reason })),
      proposed: proposed === null ? null : { ...proposed, at: proposed.at.toISOString() },
    }))
    return { items }
  }

export const listDecisions =
  (needs: PortalNeeds): Handler<'listDecisions'> =>
  async ({ params }) => {
    const taken = await needs.listDecisions(params.case)
    if (isRefusal(taken)) return taken
    return { decisions: taken.map((decision) => ({ ...decision, at: decision.at.toISOString() })) }
  }

const decide =
  (needs: PortalNeeds, act: DecisionAct) =>
  async ({ params, body: { reason, note }, bearer }: Call<Operations[DecisionAct]>) => {
    const state = await needs.decide(params.case, params.item, { act, reason, note: note ?? null }, bearer)
    return isRefusal(state) ? state : { item: params.item, state }
  }

export const release = (needs: PortalNeeds): Handler<'release'> => decide(needs, 'release')

export const discard = (needs: PortalNeeds): Handler<'discard'> => decide(needs, 'discard')

export const checkAgain =
  (needs: PortalNeeds): Handler<'checkAgain'> =>
  async ({ params, bearer }) => {
    const items = await needs.checkAgain(params.case, params.item, bearer)
    return isRefusal(items) ? items : { items }
  }
