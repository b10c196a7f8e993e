/** What a reader in person says to the gateway: entering with a link, the case, tokens for programs of their own. */
import { z } from 'zod'
import { longestGrantSeconds, scopes } from '#domain/grant.ts'
import { itemKinds } from '#domain/item.ts'
import { longestReaderDays } from '#domain/reader.ts'
import { caseDetails } from './desk.ts'
import { count, id, line, time, token, whole } from './words.ts'

const days = whole(1, longestReaderDays).default(7)

/** `POST /api/cases/{case}/readers`: a specialist to be let in. `name` is for the desk and the audit of people. */
export const inviteReaderRequest = z.strictObject({ name: line(200), days })

/** `POST /api/readers/{reader}/invite`: another link for the same reader. */
export const inviteAgainRequest = z.strictObject({ days })

/** The secret stands in the fragment of `url` and is shown this once, as is `code`, which goes another way. */
export const invitedReply = z.strictObject({ reader: id, url: z.string(), code: z.string(), expiresAt: time })

export const listReadersReply = z.strictObject({
  readers: z.array(
    z.strictObject({
      reader: id,
      name: z.string().nullable(),
      state: z.enum(['invited', 'reading', 'ended']),
      invitedAt: time,
      expiresAt: time,
      enteredAt: time.nullable(),
      lockedUntil: time.nullable(),
    }),
  ),
})

/** `POST /api/read/enter`: without `code` it only tells whether the link still lives (`link.code-needed`). */
export const enterRequest = z.strictObject({ link: token(2_048), code: line(64).optional() })

/** `session` is the bearer of everything below `/api/read`, shown once. */
export const enterReply = z.strictObject({ session: z.string(), endsAt: time, case: id })

/**
 * `GET /api/read/case`. `images` and `bytes` are of what may be read now; `arriving` files are under way or under
 * check, `held` wait for a person of the desk. `ohif` is where the hospital's OHIF viewer is, null where it has none.
 */
export const viewedCaseReply = z.strictObject({
  case: id,
  institution: z.string(),
  contact: z.string(),
  state: z.string(),
  openedAt: time,
  patient: caseDetails.shape.patient,
  question: z.string().nullable(),
  images: count,
  bytes: count,
  documents: z.array(
    z.strictObject({
      item: id,
      kind: z.enum(itemKinds),
      name: z.string().nullable(),
      size: count,
      mediaType: z.string().nullable(),
      pages: count.nullable(),
      orientation: count.nullable(),
    }),
  ),
  arriving: count,
  held: count,
  scanned: z.boolean(),
  ohif: z.string().nullable(),
})

/**
 * `POST /api/read/grants`: a token for this page, a download, a viewer or a script. `capability`: also an address for a
 * viewer that cannot send a header; whoever sees that address reads the case's DICOM until the grant ends.
 */
export const mintRequest = z.strictObject({
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  seconds: whole(10, longestGrantSeconds).default(longestGrantSeconds),
  capability: z.boolean().default(false),
})

/** `dicomweb` and `bundle` are addresses for the token; the token goes into `Authorization: Bearer`. */
export const mintReply = z.strictObject({
  grant: id,
  token: z.string(),
  expiresAt: time,
  dicomweb: z.string(),
  bundle: z.string(),
  capability: z.string().nullable(),
})

/** `GET …/ohif.json`, as OHIF's data source `dicomwebproxy` reads it; every address in it is the one it was asked by. */
export const ohifSourceReply = z.strictObject({
  servers: z.strictObject({ dicomWeb: z.array(z.record(z.string(), z.unknown())) }),
})
