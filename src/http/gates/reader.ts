/** The gate of readers: a token or an address for one case, with the scope the route asks for; of a bundle also a cookie. */
import type { Request } from 'express'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { Scope } from '#domain/grant.ts'
import { type CaseId, readId } from '#domain/id.ts'
import type { authorizeCapability, authorizeReader, Reader } from '#steps/authorize.ts'
import { bearerOf } from './bearer.ts'
import { capabilityOf } from './capability.ts'
import { downloadCookieOf } from './download-cookie.ts'

/** Refuses `token.*`, `case.closed`, and `case.not-found` for what is no case or another one. */
export const passReader =
  (authorize: ReturnType<typeof authorizeReader>, carried: ReturnType<typeof authorizeCapability>) =>
  async (req: Request, scope: Scope): Promise<Reader | Refusal> => {
    const capability = capabilityOf(req)
    if (capability !== null) return carried(capability.grant, capability.case, scope)
    const token = bearerOf(req) ?? downloadCookieOf(req)
    if (token === null) return refuse('token.missing')
    const of = readId<CaseId>(req.params['case'])
    return of === null ? refuse('case.not-found') : authorize(token, of, scope)
  }
