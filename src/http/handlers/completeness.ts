/** What seems to be missing, from steps to words. A reader's look is in the audit before it is answered. */
import type { Note } from '#domain/completeness/note.ts'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { CommonNeeds, PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

type Needs = Pick<PortalNeeds, 'readCompleteness' | 'audit'> & Pick<CommonNeeds, 'clock'>

const reply = (notes: readonly Note[] | Refusal) =>
  isRefusal(notes) ? notes : { notes: notes.map((note) => ({ ...note })) }

/** `GET /api/cases/{case}/completeness`. */
export const completeness =
  (needs: Needs): Handler<'completeness'> =>
  async ({ params }) =>
    reply(await needs.readCompleteness(params.case, 'desk'))

/** `GET /api/cases/{case}/notes`. */
export const notes =
  (needs: Needs): Handler<'notes'> =>
  async ({ bearer }) => {
    const found = await needs.readCompleteness(bearer.case, 'reader')
    if (isRefusal(found)) return found
    const actor = { kind: 'grant', id: bearer.grant } as const
    const facts = { notes: found.length }
    await needs.audit.append(
      { action: 'notes.read', actor, case: bearer.case, object: bearer.case, facts },
      needs.clock.now(),
    )
    return reply(found)
  }
