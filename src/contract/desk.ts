/** What the desk says to the gateway: signing in, cases, upload links and readers' grants. */
import { z } from 'zod'
import { longestGrantSeconds, scopes } from '#domain/grant.ts'
import { itemKinds } from '#domain/item.ts'
import { languages } from '#domain/language.ts'
import { linkChecks, longestLinkDays } from '#domain/link.ts'
import { mailAddress } from './letters.ts'
import { count, id, line, prose, time, token, whole } from './words.ts'

/** `POST /api/operator/sign-in`. */
export const signInRequest = z.strictObject({ code: token(200) })
export const signInReply = z.strictObject({ token: z.string(), endsAt: time })

/**
 * What a case is opened with. Files that are not of this patient are quarantined; without a `name`, and for a
 * `pseudonymous` case, only against each other. `sex` is a code of DICOM Patient's Sex (PS3.3 C.7.1.1); `id` proves
 * something only with its `issuer` (Issuer of Patient ID).
 */
export const caseDetails = z.strictObject({
  patient: z.strictObject({
    name: line(200).optional(),
    birthDate: z.iso.date().optional(),
    sex: z.enum(['F', 'M', 'O']).optional(),
    id: line(64).optional(),
    issuer: line(64).optional(),
    pseudonymous: z.boolean().optional(),
  }),
  question: prose(4_000).optional(),
})

export const openCaseReply = z.strictObject({ case: id })

const caseHead = { case: id, state: z.string(), openedAt: time }

export const listCasesReply = z.strictObject({ cases: z.array(z.strictObject(caseHead)) })

/** `details` is null once the key of the case is gone; `counts` is by state of the items. */
export const caseReply = z.strictObject({
  ...caseHead,
  details: caseDetails.nullable(),
  counts: z.record(z.string(), z.strictObject({ items: count, bytes: count })),
})

const verdict = { state: z.string(), codes: z.array(z.string()), sentence: z.string().nullable() }

/**
 * Every item as the desk sees it; `sentence` is the verdict in the sender's words. A file that came out of an archive
 * has its name there, and in `from` the item of the archive.
 */
export const listItemsReply = z.strictObject({
  items: z.array(
    z.strictObject({
      id,
      size: count,
      kind: z.enum(itemKinds).nullable(),
      name: z.string().nullable(),
      from: id.nullable(),
      ...verdict,
    }),
  ),
})

/** What happened to a case, oldest first. `hash` (hex, SHA-256) covers everything before it. */
export const auditReply = z.strictObject({
  entries: z.array(
    z.strictObject({
      seq: count,
      at: time,
      action: z.string(),
      actor: z.strictObject({ kind: z.string(), id: id.optional() }),
      object: id.nullable(),
      facts: z.record(z.string(), z.union([z.string(), z.number()])),
      hash: z.string(),
    }),
  ),
})

const terms = {
  days: whole(1, longestLinkDays).default(14),
  maxUses: whole(1, 10_000).nullable().default(null),
  mail: mailAddress.nullable().default(null),
}

/**
 * `POST /api/cases/{case}/links`: a link for a sender who is not known yet. `check`: what it asks besides itself; a
 * `birth-date` is the one the case was opened with. `mail`: the link is mailed there too, the code never. `language`: what its page speaks first.
 */
export const openLinkRequest = z.strictObject({
  role: z.enum(['provider', 'patient', 'family']),
  name: line(200),
  ...terms,
  check: z.enum(linkChecks).default('none'),
  language: z.enum(languages).default('en'),
})

/** `POST /api/links/{link}/renew`: the new link's terms. Sender, check and language stay, the last two unless told. */
export const renewLinkRequest = z.strictObject({
  ...terms,
  check: z.enum(linkChecks).optional(),
  language: z.enum(languages).optional(),
})

/** The secret stands in the fragment of `url` and is shown this once; `code` goes to the sender another way. */
export const openLinkReply = z.strictObject({
  link: id,
  url: z.string(),
  code: z.string().nullable(),
  expiresAt: time,
})

export const listLinksReply = z.strictObject({
  links: z.array(
    z.strictObject({
      link: id,
      sender: id,
      state: z.enum(['open', 'replaced', 'revoked']),
      expiresAt: time,
      maxUses: whole(1, 10_000).nullable(),
      uses: count,
      check: z.enum(linkChecks),
      language: z.enum(languages),
      lockedUntil: time.nullable(),
    }),
  ),
})

/** `GET /api/asked-links`: senders who wait for a new link, the longest wait first. `link` is the one to renew. */
export const askedLinksReply = z.strictObject({
  asks: z.array(z.strictObject({ link: id, case: id, sender: id, askedAt: time })),
})

/** `POST /api/cases/{case}/grants`: what a reader may do, and for how many seconds. */
export const openGrantRequest = z.strictObject({
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  seconds: whole(10, longestGrantSeconds).default(longestGrantSeconds),
})

/** `POST /api/cases/{case}/search`: words that must all occur; case, accents and space do not matter. */
export const searchRequest = z.strictObject({ text: line(200) })

/** `documents` counts those that may be read, `withoutText` those among them that only a person can read. */
export const searchReply = z.strictObject({
  items: z.array(z.strictObject({ item: id, snippets: z.array(z.string()) })),
  more: z.boolean(),
  documents: count,
  withoutText: count,
})

export const openGrantReply = z.strictObject({ grant: id, token: z.string(), expiresAt: time })

export const listGrantsReply = z.strictObject({
  grants: z.array(
    z.strictObject({
      grant: id,
      scopes: z.array(z.enum(scopes)),
      expiresAt: time,
      revokedAt: time.nullable(),
    }),
  ),
})
