/** What a sender asks for beside sending bytes. */
import { isRefusal } from '#domain/fault.ts'
import { type ItemId, readId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import { partBytes } from '#domain/pack.ts'
import type { IntakeNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

export const exchange =
  (needs: IntakeNeeds): Handler<'exchange'> =>
  async ({ body }) => {
    const begun = await needs.exchangeLink(body.link, body.code)
    if (isRefusal(begun)) return begun
    const { session, token } = begun
    return { session: token, endsAt: session.endsAt.toISOString(), case: session.case, chunkBytes, partBytes }
  }

export const look =
  (needs: IntakeNeeds): Handler<'look'> =>
  async ({ body }) => {
    const view = await needs.lookAtLink(body.link)
    if (isRefusal(view)) return view
    return {
      ...view,
      until: view.until.toISOString(),
      lockedUntil: view.lockedUntil?.toISOString() ?? null,
      finishedAt: view.finishedAt?.toISOString() ?? null,
    }
  }

export const askLink =
  (needs: IntakeNeeds): Handler<'askLink'> =>
  async ({ body }) =>
    (await needs.askForLink(body.link)) ?? { asked: true }

export const mailReceipt =
  (needs: IntakeNeeds): Handler<'mailReceipt'> =>
  async ({ bearer }) =>
    (await needs.mailReceipt(bearer)) ?? { queued: true }

export const match =
  (needs: IntakeNeeds): Handler<'match'> =>
  async ({ body, bearer }) => {
    const answers = await needs.matchPatients(bearer, body.link, body.patients)
    return isRefusal(answers) ? answers : { answers: [...answers] }
  }

export const answer =
  (needs: IntakeNeeds): Handler<'answer'> =>
  async ({ body, bearer }) => {
    await needs.noteMatchAnswer(bearer, body.answer, body.files)
    return null
  }

export const plan =
  (needs: IntakeNeeds): Handler<'plan'> =>
  async ({ body, bearer }) => {
    const planned = await needs.planSend(bearer, body.files)
    if (isRefusal(planned)) return planned
    const files = planned.map(({ id, size, state, missing }) => ({
      id,
      size,
      state,
      missing: missing.map((run): [number, number] => [run.first, run.count]),
    }))
    return { chunkBytes, files }
  }

export const finish =
  (needs: IntakeNeeds): Handler<'finish'> =>
  ({ body, bearer }) =>
    needs.finishSend(
      bearer,
      body.without.flatMap((text) => readId<ItemId>(text) ?? []),
    )

export const status =
  (needs: IntakeNeeds): Handler<'status'> =>
  async ({ bearer }) => ({
    items: (await needs.sendStatus(bearer)).map((item) => ({ ...item, codes: [...item.codes] })),
  })
