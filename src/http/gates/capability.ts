/**
 * Capability addresses, `/w/{capability}/…`: DICOMweb of one case for viewers that cannot send a header. The address is
 * the secret; it ends with its grant, within ten minutes, and reads DICOM alone. Pages of one other origin may fetch it,
 * the hospital's own OHIF; those of any other are told nothing a browser would let them read.
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

/** Never with credentials: a browser then adds no cookie of ours, and the address is all there is. */
const allowOrigin = (res: Response, origin: string): void => {
  res.setHeader('Access-Control-Allow-Origin', origin)
  res.setHeader('Access-Control-Expose-Headers', 'Content-Type, Content-Location, Warning')
  // For a page that isolates itself (`Cross-Origin-Embedder-Policy`), as OHIF does for its shared memory.
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
}

/**
 * A browser asks first when a viewer sets `Range`, or an `Accept` with quotes (Fetch §4.8). An OHIF that people sign in
 * to puts its own `Authorization` on every request and would get nothing without leave; here nobody looks at it.
 */
const answerPreflight = (res: Response): void => {
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD')
  res.setHeader('Access-Control-Allow-Headers', 'Accept, Authorization, Range')
  res.setHeader('Access-Control-Max-Age', '600')
  res.status(204).end()
}

/**
 * Turns such an address into the case's own and remembers what it carried; any other passes. `origin` is whose pages
 * may read the answers; null is nobody's.
 */
export const takeCapability =
  (find: ReturnType<typeof findCapability>, origin: string | null): RequestHandler =>
  async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const [, capability, rest] = shape.exec(req.url) ?? []
    if (capability === undefined || rest === undefined) return next()
    res.vary('Origin')
    const allowed = origin !== null && req.headers.origin === origin
    if (allowed) allowOrigin(res, origin)
    if (allowed && req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined)
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
