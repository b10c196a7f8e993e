/**
 * Capability addresses, `/w/{capability}/…`: DICOMweb of one case for viewers that cannot send a header. The address is
 * the secret; it ends with its grant, within ten minutes, and reads DICOM alone. Other origins may fetch it, since a
 * browser adds nothing of its own to such a request.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, GrantId } from '#domain/id.ts'
import { sendProblem } from '#http/problem.ts'
import type { findCapability } from '#steps/authorize.ts'

const shape = /^\/w\/([A-Za-z0-9_-]{43})(\/.*)$/

type Carried = { readonly prefix: string; readonly grant: GrantId; readonly case: CaseId }

const carried = new WeakMap<Request, Carried>()

/** What a request came with in its address; null for any other request. */
export const capabilityOf = (req: Request): Carried | null => carried.get(req) ?? null

const allowOthers = (res: Response): void => {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Expose-Headers', 'Content-Type, Content-Location, Warning')
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
}

/** A browser asks first when a viewer sets `Accept` or `Range` (Fetch §4.8). */
const answerPreflight = (res: Response): void => {
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD')
  res.setHeader('Access-Control-Allow-Headers', 'Accept, Range')
  res.setHeader('Access-Control-Max-Age', '600')
  res.status(204).end()
}

/** Turns such an address into the case's own and remembers what it carried; any other passes. */
export const takeCapability =
  (find: ReturnType<typeof findCapability>): RequestHandler =>
  async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const [, capability, rest] = shape.exec(req.url) ?? []
    if (capability === undefined || rest === undefined) return next()
    allowOthers(res)
    if (req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined)
      return answerPreflight(res)
    const found: { grant: GrantId; case: CaseId } | Refusal =
      req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS'
        ? await find(capability)
        : refuse('request.method')
    if (isRefusal(found)) return sendProblem(req, res, found)
    carried.set(req, { ...found, prefix: `/w/${capability}` })
    req.url = `/dicomweb/cases/${found.case}${rest}`
    next()
  }
