/** The gate of senders: a live session begun with an upload link. */
import type { Request } from 'express'
import type { SenderPurpose } from '#domain/link.ts'
import type { authorizeSender } from '#steps/authorize.ts'
import { bearerOf, passwordOf } from './bearer.ts'

/**
 * `basic`: a password counts too. Refuses `session.missing`, `session.ended`, `link.revoked`, `case.closed`,
 * `consent.needed`.
 */
export const passSender =
  (authorize: ReturnType<typeof authorizeSender>) =>
  (req: Request, purpose: SenderPurpose, basic: boolean): ReturnType<typeof authorize> =>
    authorize(bearerOf(req) ?? (basic ? passwordOf(req) : null), purpose)
