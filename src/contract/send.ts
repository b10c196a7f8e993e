/** What a sender says to the gateway: a link becomes a session, files are announced, sent and finished. */
import { z } from 'zod'
import { count, fileSize, id, instant, line, time, token, whole } from './words.ts'

/** Files one call may announce. */
export const filesPerPlan = 5_000

/** `POST /api/send/exchange`: `link` is what stands after the `#` of the link; `code` its second factor. */
export const exchangeRequest = z.strictObject({ link: token(2_048), code: line(64).optional() })

/** `session` is the bearer token of everything below, shown once. */
export const exchangeReply = z.strictObject({
  session: z.string(),
  endsAt: time,
  case: id,
  chunkBytes: whole(1, 2 ** 31),
  partBytes: whole(1, 2 ** 31),
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

/** Where every file stands, in the sender's words. `from`: the archive it came out of; null when it was announced. */
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
