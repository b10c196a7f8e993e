/** The token of a request: `Authorization: Bearer` (RFC 6750 §2.1), nowhere else, and of bounded length. */
import type { Request } from 'express'

const shape = /^Bearer +([A-Za-z0-9._~+/-]{1,4096}={0,2})$/i

/** The token, or null when there is none in that form. */
export const bearerOf = (req: Request): string | null =>
  shape.exec(req.headers.authorization ?? '')?.[1] ?? null

const basicShape = /^Basic +([A-Za-z0-9+/]{1,8192}={0,2})$/i
const tokenShape = /^[A-Za-z0-9._~+/-]{1,4096}={0,2}$/

/**
 * The token as the password of `Authorization: Basic` (RFC 7617 §2), whatever the name; null when there is none. We
 * never ask for it, so no browser keeps one and sends it by itself.
 */
export const passwordOf = (req: Request): string | null => {
  const [, encoded] = basicShape.exec(req.headers.authorization ?? '') ?? []
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString('latin1')
  const password = pair.slice(pair.indexOf(':') + 1)
  return pair.includes(':') && tokenShape.test(password) ? password : null
}
