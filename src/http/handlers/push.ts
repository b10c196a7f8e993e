/** Pushes to a PACS: asked for by the desk or by a reader, and how they stand in words. */
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { Push } from '#domain/push.ts'
import { faultReplies } from '#http/fault-to-reply.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

type Needs = Pick<PortalNeeds, 'askPush' | 'listPushes'>

const images = (count: number): string => `${count} ${count === 1 ? 'image' : 'images'}`

const wordsOf = ({ state, sent, failed, code }: Push): string => {
  const why = code === null ? '' : ` ${faultReplies[code].title}. ${faultReplies[code].detail}`
  if (state === 'done') return `All ${images(sent)} are in the PACS.`
  if (state === 'failed')
    return `Not all of it is in the PACS: ${sent} sent, ${failed} refused, the rest not tried.${why}`
  return state === 'owed' ? `It is about to be sent.${why}` : `${images(sent)} sent so far.${why}`
}

const toReply = (push: Push) => {
  const { id, target, study, state, sent, failed, code, createdAt, endedAt } = push
  return {
    push: id,
    target,
    study,
    state,
    sent,
    failed,
    code,
    words: wordsOf(push),
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }
}

const listOf = async ({ listPushes }: Needs, of: CaseId) => {
  const listed = await listPushes(of)
  return isRefusal(listed) ? listed : { targets: [...listed.targets], pushes: listed.pushes.map(toReply) }
}

type Asked = { readonly target: string; readonly study?: string | undefined }

const ask = async (
  { askPush }: Needs,
  of: CaseId,
  { target, study }: Asked,
  by: Parameters<Needs['askPush']>[2],
): Promise<{ push: string } | Refusal> => {
  const push = await askPush(of, { target, study: study ?? null }, by)
  return isRefusal(push) ? push : { push }
}

/** `POST /api/cases/{case}/pushes`. */
export const pushCase =
  (needs: Needs): Handler<'pushCase'> =>
  ({ params, body, bearer }) =>
    ask(needs, params.case, body, { kind: 'operator', id: bearer })

/** `GET /api/cases/{case}/pushes`. */
export const listPushes =
  (needs: Needs): Handler<'listPushes'> =>
  ({ params }) =>
    listOf(needs, params.case)

/** `POST /api/read/pushes`. */
export const pushRead =
  (needs: Needs): Handler<'pushRead'> =>
  ({ body, bearer }) =>
    ask(needs, bearer.case, body, { kind: 'reader', id: bearer.reader })

/** `GET /api/read/pushes`. */
export const listReadPushes =
  (needs: Needs): Handler<'listReadPushes'> =>
  ({ bearer }) =>
    listOf(needs, bearer.case)
