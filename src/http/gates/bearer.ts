/** The token of a request: `Authorization: Bearer` (RFC 6750 §2.1), nowhere else, and of bounded length. */
import type { Request } from 'express'

const shape = /^Bearer +([A-Za-z0-9._~+/-]{1,4096}={0,2})$/i

/** The token, or null when there is none in that form. */
export const bearerOf = (req: Request): string | null =>
  shape.exec(req.headers.authorization ?? '')?.[1] ?? null
