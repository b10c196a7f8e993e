/** What a sender says to the gateway: a link becomes a session, files are announced, sent and finished. */
import { z } from 'zod'
import { matchAnswers } from '#domain/identity/match-answer.ts'
import { languages } from '#domain/language.ts'
import { linkChecks, linkStandings } from '#domain/link.ts'
import { senderRoles } from '#domain/sender-role.ts'
import { mailAddress } from './letters.ts'
import { count, fileSize, id, instant, line, time, token, whole } from './words.ts'

/** Files one call may announce. */
export const filesPerPlan = 5_000

/**
 * `POST /api/send/look`: where a link stands, for its page; spends nothing. `code` of the exchange is not asked here,
 * so nothing is told that names the patient: initials, and the last two characters of the case's id.
 */
export const lookRequest = z.strictObject({ link: token(2_048) })

/**
 * `initials` and `lastTwo` only while the link is `open` or `locked`. `arrived` counts what this sender announced, and
 * nothing, as `finishedAt`, for a link that was replaced or revoked. `asked`: a new link was asked for already.
 */
export const lookReply = z.strictObject({
  state: z.enum(linkStandings),
  institution: z.string(),
  contact: z.string(),
  role: z.enum(senderRoles),
  language: z.enum(languages),
  initials: z.string().nullable(),
  lastTwo: z.string().nullable(),
  until: time,
  check: z.enum(linkChecks),
  lockedUntil: time.nullable(),
  arrived: z.strictObject({ files: count, of: count }),
  finishedAt: time.nullable(),
  asked: z.boolean(),
})

/** `POST /api/send/ask-link`: the desk is asked for a new link in this one's place. Says the same to everybody. */
export const askLinkRequest = z.strictObject({ link: token(2_048) })
export const askLinkReply = z.strictObject({ asked: z.literal(true) })

/** `POST /api/send/introduce`: who is sending, where a copy of the receipt goes, and what they agreed to. */
export const introduceRequest = z.strictObject({
  name: line(200),
  role: z.enum(senderRoles),
  mail: mailAddress.nullable().default(null),
  phone: line(40).nullable().default(null),
  language: z.enum(languages),
  consent: z.string().max(20),
})

/** The consent as it stands; null before the first. */
const consentGiven = z
  .strictObject({ version: z.string(), givenAt: time, withdrawnAt: time.nullable() })
  .nullable()

/** `POST /api/send/withdraw`: consent is withdrawn; nobody reads the case's records from the next request on. */
export const withdrawRequest = z.strictObject({})

/**
 * `GET /api/send/standing`: what the sender's page tells between two visits. Nothing a person typed comes back.
 * `step` is where the case is; `opened`: when readers first opened records of it, one line a reader.
 */
export const standingReply = z.strictObject({
  introduced: z
    .strictObject({ role: z.enum(senderRoles), language: z.enum(languages), mail: z.boolean() })
    .nullable(),
  consent: consentGiven,
  step: z.enum(['waiting', 'received', 'with-specialist', 'opinion-ready', 'ended']),
  finishedAt: time.nullable(),
  opened: z.array(z.strictObject({ at: time })),
})

/** Whom the files of a study or a folder are about, as they say it. */
const foundPatient = z.strictObject({
  name: line(400).nullable().default(null),
  birthDate: z.string().max(32).nullable().default(null),
  sex: z.string().max(16).nullable().default(null),
})

/**
 * `POST /api/send/match`: whether what was found on this machine is of the case's patient. `link` opens, for this one
 * request, what the desk stated; who that is never leaves. Few questions a link, each in the audit.
 */
export const matchRequest = z.strictObject({
  link: token(2_048),
  patients: z.array(foundPatient).min(1).max(20),
})

/** In the order asked. `unknown`: the desk or the file stated nothing to compare. */
export const matchReply = z.strictObject({
  answers: z.array(z.enum(matchAnswers)),
})

/** `POST /api/send/answer`: what the sender said when the patient seemed to be another; for the desk and the audit. */
export const answerRequest = z.strictObject({
  answer: z.enum(['same-person', 'left-out', 'several-patients']),
  files: count,
})

/** `POST /api/send/mail-receipt`: the receipt goes to the address of the introduction. */
export const mailReceiptRequest = z.strictObject({})
export const mailReceiptReply = z.strictObject({ queued: z.literal(true) })

/**
 * `POST /api/send/exchange`: `link` is what stands after the `#` of the link; `code` its second factor: the code of the
 * letter, or the patient's birth date as `YYYY-MM-DD`.
 */
export const exchangeRequest = z.strictObject({ link: token(2_048), code: line(64).optional() })

/** `session` is the bearer token of everything below, shown once. */
export const exchangeReply = z.strictObject({
  session: z.string(),
  endsAt: time,
  case: id,
  chunkBytes: whole(1, 2 ** 31),
  partBytes: whole(1, 2 ** 31),
})

/** A field that a form always sends, filled or not. */
const orNothing = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((text) => (text === '' || text === undefined ? null : text), shape.nullable())

const trimmed = (text: unknown): unknown => (typeof text === 'string' ? text.trim() : text)

/**
 * `POST /send/files`: the fields of the form without JavaScript. `link` is the whole link or what stands after its `#`,
 * as somebody pasted it, which may have brought spaces along.
 */
export const plainSendFields = z.object({
  lang: z.enum(languages),
  link: z.preprocess(
    (text) => (typeof text === 'string' ? text.slice(text.lastIndexOf('#') + 1).replaceAll(/\s/g, '') : text),
    token(2_048),
  ),
  code: z.preprocess(trimmed, orNothing(line(64))),
  name: z.preprocess(trimmed, line(200)),
  mail: z.preprocess(trimmed, orNothing(mailAddress)),
  phone: z.preprocess(trimmed, orNothing(line(40))),
  role: z.enum(senderRoles),
  consent: z.string().min(1).max(20),
})

/** `POST /api/send/plan`. `path` is for people to read and is never used as one. */
export const planRequest = z.strictObject({
  files: z
    .array(z.strictObject({ path: line(1_024), size: fileSize, modified: instant.nullable().default(null) }))
    .min(1)
    .max(filesPerPlan),
})

/** In the order asked; `missing` holds runs of chunks as `[first, count]`. */
export const planReply = z.strictObject({
  chunkBytes: whole(1, 2 ** 31),
  files: z.array(
    z.strictObject({ id, size: count, state: z.string(), missing: z.array(z.tuple([count, count])) }),
  ),
})

/** Answered only once the bytes are durable. `completed`: items whose last byte has now arrived. */
export const partReply = z.strictObject({ packs: count, bytes: count, completed: z.array(id) })

/** Files of one form, `index` being the place in it. */
export const formReply = z.strictObject({
  items: z.array(z.strictObject({ id, index: count, size: count })),
  packs: count,
  bytes: count,
  completed: z.array(id),
})

/** `POST /api/send/finish`: `without` names announced files that will not come. */
export const finishRequest = z.strictObject({ without: z.array(id).max(200_000).default([]) })

/** `receipt` is a compact JWS over the digests of everything that is kept. */
export const finishReply = z.strictObject({ receipt: z.string(), items: count, bytes: count })

/** Where every file stands, in the sender's words; the code that decided comes first. `from`: the archive it came out of; null when it was announced. */
export const statusReply = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      size: count,
      state: z.string(),
      from: id.nullable(),
      codes: z.array(z.string()),
      sentence: z.string().nullable(),
    }),
  ),
})
