/** The express application: headers and log line for every request, the access table, problems for the rest. */
import { randomUUID } from 'node:crypto'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { refuse } from '#domain/fault.ts'
import { refusalOf, statusOf } from './fault-to-reply.ts'
import { setSafeHeaders } from './headers.ts'
import { type SlowestRate, usualSlowest, watchRate } from './minimum-rate.ts'
import type { HttpNeeds, Role } from './needs.ts'
import { sendProblem } from './problem.ts'
import { routes } from './routes.ts'
import { type AnyHandler, gates, serve } from './serve.ts'
import { beginTale, tale } from './tale.ts'

export type { HttpNeeds, Role } from './needs.ts'

/** The operations a process with these roles serves, by name. */
export const served = (roles: ReadonlySet<Role>): readonly (readonly [string, Operation])[] =>
  Object.entries<Operation>(operations).filter(([, { side }]) => side === 'each' || roles.has(side))

const expressPath = (path: string): string => path.replaceAll(/\{([a-z]+)\}/g, ':$1')

/** One line when the reply is over, whichever way: pattern, numbers and codes only. */
const writeTale = (needs: HttpNeeds, req: Request, res: Response): void => {
  const { socket } = req
  const before = socket.bytesRead + socket.bytesWritten
  res.once('close', () => {
    const { request, route, startedAt, fault } = tale(res)
    needs.journal.note('info', 'request.served', {
      request,
      method: req.method,
      status: res.statusCode,
      bytes: socket.bytesRead + socket.bytesWritten - before,
      ms: Math.round(performance.now() - startedAt),
      ...(route === null ? {} : { route }),
      ...(fault === null ? {} : { fault }),
    })
  })
}

const refuseMethod = (allowed: readonly string[]) => (req: Request, res: Response) => {
  res.setHeader('Allow', allowed.join(', '))
  if (req.method === 'OPTIONS') res.status(204).end()
  else sendProblem(req, res, refuse('request.method'))
}

/** Builds the application. `slowest` is how slow a body may be. */
export const createApp = (
  needs: HttpNeeds,
  { slowest = usualSlowest }: { readonly slowest?: SlowestRate } = {},
): Express => {
  const app = express()
  const secure = needs.publicUrl.startsWith('https:')
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('query parser', false)
  app.set('trust proxy', needs.proxies ?? 0)

  app.use((req, res, next) => {
    const request = randomUUID()
    beginTale(res, request)
    setSafeHeaders(res, request, secure)
    writeTale(needs, req, res)
    watchRate(req, res, slowest, () => sendProblem(req, res, refuse('request.too-slow')))
    next()
  })

  const table: Readonly<Record<string, readonly [string, string, string, unknown]>> = routes(needs)
  const pass = gates(needs)
  const methods = new Map<string, string[]>()
  for (const [name, operation] of served(needs.roles)) {
    const [method, path, gate, handle] = table[name] ?? []
    if (
      method !== operation.method ||
      path !== operation.path ||
      gate !== (operation.scope ?? operation.gate)
    )
      throw new Error(`the access table is not as the contract says: ${name}`)
    const pattern = expressPath(operation.path)
    const answer = serve(operation, handle as AnyHandler, pass)
    app[operation.method.toLowerCase() as 'get' | 'post' | 'put'](pattern, (req: Request, res: Response) => {
      tale(res).route = pattern
      return answer(req, res)
    })
    const allowed = methods.get(pattern) ?? []
    methods.set(pattern, [...allowed, ...(method === 'GET' ? ['GET', 'HEAD'] : [method])])
  }
  for (const [pattern, allowed] of methods) app.all(pattern, refuseMethod(allowed))
  app.use((req, res) => sendProblem(req, res, refuse('request.not-found')))
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    const refusal = refusalOf(error)
    const { request } = tale(res)
    if (statusOf(refusal.refused) >= 500)
      needs.journal.note('error', 'request.failed', { request, fault: refusal.refused }, error)
    sendProblem(req, res, refusal)
  })
  return app
}
