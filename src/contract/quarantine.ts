/** What the desk says about items in quarantine: which wait and why, and what a person decided. */
import { z } from 'zod'
import { discardReasons, releaseReasons } from '#domain/decision.ts'
import { differences } from '#domain/identity/compare-patients.ts'
import { itemKinds } from '#domain/item.ts'
import { count, id, prose, time } from './words.ts'

const stated = z.string().nullable()

/** A person as the case or a file states them, in its own writing. */
const person = z.strictObject({ name: stated, birthDate: stated, sex: stated, id: stated, issuer: stated })

/**
 * Items that wait. `release`: what letting one through takes; `proposed`: the first of two people has said yes.
 * `name` and `modality` are null where nothing could look into the file. `identity` stands beside what a check found
 * of whose the file is: the person it names, the person of the case, and in what they differ.
 */
export const quarantineReply = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      kind: z.enum(itemKinds).nullable(),
      size: count,
      name: z.string().nullable(),
      modality: z.string().nullable(),
      since: time,
      reasons: z.array(z.strictObject({ code: z.string(), sentence: z.string() })),
      identity: z
        .strictObject({ file: person, case: person, differs: z.array(z.enum(differences)) })
        .nullable(),
      release: z.enum(['one-person', 'two-persons', 'check-first', 'locked']),
      proposed: z.strictObject({ by: id, at: time, reason: z.string() }).nullable(),
    }),
  ),
})

/** Words of the person's own, required where no reason of the list fits; kept only sealed. */
const note = prose(500).optional()

const saysWhy = ({ reason, note: words }: { reason: string; note?: string | undefined }): boolean =>
  reason !== 'other' || words !== undefined

/** `POST …/release`. */
export const releaseRequest = z
  .strictObject({ reason: z.enum(releaseReasons), note })
  .refine(saysWhy, 'a note is needed')

/** `POST …/discard`. */
export const discardRequest = z
  .strictObject({ reason: z.enum(discardReasons), note })
  .refine(saysWhy, 'a note is needed')

/** After a release: `quarantined` waits for the word of a second person; `unpacking` is an archive that is opened. */
export const decisionReply = z.strictObject({
  item: id,
  state: z.enum(['quarantined', 'released', 'unpacking', 'discarded']),
})

/** How many items go back to be checked: those that came together and that nothing could look into. */
export const checkAgainReply = z.strictObject({ items: count })

/** Who decided what and why, oldest first. `proposed`: the first of two words; `note`: what the person wrote. */
export const decisionsReply = z.strictObject({
  decisions: z.array(
    z.strictObject({
      item: id,
      by: id,
      at: time,
      act: z.enum(['release', 'discard', 'check-again']),
      outcome: z.enum(['proposed', 'done']),
      reason: z.string().nullable(),
      note: z.string().nullable(),
    }),
  ),
})
