/** De-identified copies: who asks for one, and what the list says. */
import type { CopyOptions } from '#domain/copy.ts'
import { isRefusal } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { ListedCopy } from '#steps/ask-copy.ts'

type Needs = Pick<PortalNeeds, 'askCopy' | 'listCopies'>

const lineOf = ({ id, state, options, sums, ...copy }: ListedCopy) => ({
  copy: id,
  state,
  options,
  askedAt: copy.askedAt.toISOString(),
  endedAt: copy.endedAt?.toISOString() ?? null,
  revision: copy.revision,
  stale: copy.stale,
  files: sums?.files ?? null,
  bytes: sums?.bytes ?? null,
  leftOut: (sums?.leftOut ?? []).map((one) => ({ ...one })),
  warnings: [...copy.warnings],
})

const ask = async (
  needs: Needs,
  of: CaseId,
  options: CopyOptions,
  actor: Parameters<Needs['askCopy']>[2],
) => {
  const copy = await needs.askCopy(of, options, actor)
  return isRefusal(copy) ? copy : { copy }
}

const list = async (needs: Needs, of: CaseId) => {
  const copies = await needs.listCopies(of)
  return isRefusal(copies) ? copies : { copies: copies.map(lineOf) }
}

export const askCopy =
  (needs: Needs): Handler<'askCopy'> =>
  ({ params, body, bearer }) =>
    ask(needs, params.case, body.options, { kind: 'operator', id: bearer })

export const listCopies =
  (needs: Needs): Handler<'listCopies'> =>
  ({ params }) =>
    list(needs, params.case)

export const askOwnCopy =
  (needs: Needs): Handler<'askOwnCopy'> =>
  ({ body, bearer }) =>
    ask(needs, bearer.case, body.options, { kind: 'reader', id: bearer.reader })

export const listOwnCopies =
  (needs: Needs): Handler<'listOwnCopies'> =>
  ({ bearer }) =>
    list(needs, bearer.case)
