/** The express application: headers and log line for every request, the access table, problems for the rest. */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { refuse } from '#domain/fault.ts'
import type { Span } from '#ports/tracing.ts'
import { refusalOf } from './error-to-refusal.ts'
import { statusOf } from './fault-to-reply.ts'
import { takeCapability } from './gates/capability.ts'
import { setSafeHeaders } from './headers.ts'
import { type SlowestRate, usualSlowest, watchRate } from './minimum-rate.ts'
import type { HttpNeeds, Role } from './needs.ts'
import { answerInPages } from './pages/answer.ts'
import { sendProblem } from './problem.ts'
import { routes } from './routes.ts'
import { type AnyHandler, gates, serve } from './serve.ts'
import { beginTale, tale } from './tale.ts'

export type { HttpNeeds, Role } from './needs.ts'

/** The operations a process with these roles serves, by name. */
export const served = (roles: ReadonlySet<Role>): readonly (readonly [string, Operation])[] =>
  Object.entries<Operation>(operations).filter(([, { side }]) => side === 'each' || roles.has(side))

/** What a server that is about to stop still answers. */
const stillAnswered: readonly string[] = [operations.health.path, operations.ready.path]

const expressPath = (path: string): string => path.replaceAll(/\{([a-z]+)\}/g, ':$1')

/** What of a connection's bytes belongs to requests before; a body may come in one piece with its head. */
const counted = new WeakMap<Socket, { readonly read: number; readonly written: number }>()

/** A line, numbers and a span's end when the reply is over, whichever way: pattern, numbers and codes only. */
const writeTale = (needs: HttpNeeds, req: Request, res: Response, span: Span): void => {
  const { socket, method } = req
  res.once('close', () => {
    const { request, route, startedAt, fault } = tale(res)
    const { read, written } = counted.get(socket) ?? { read: 0, written: 0 }
    const received = socket.bytesRead - read
    const sent = socket.bytesWritten - written
    counted.set(socket, { read: socket.bytesRead, written: socket.bytesWritten })
    const ms = performance.now() - startedAt
    const status = res.headersSent ? res.statusCode : null
    needs.metrics.request({ route, method, status, seconds: ms / 1_000, received, sent })
    span.end(
      { method, ...(route === null ? {} : { route }), ...(status === null ? {} : { status }) },
      status === null || status >= 500,
    )
    needs.journal.note('info', 'request.served', {
      request,
      method,
      status: res.statusCode,
      bytes: received + sent,
      ms: Math.round(ms),
      ...(route === null ? {} : { route }),
      ...(fault === null ? {} : { fault }),
    })
  })
}

/** A form that a person sent: whatever comes of it, they see a page. */
const answersPages = ({ method, reply }: Operation): boolean =>
  method === 'POST' && 'type' in reply && reply.type === 'text/html'

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
    const span = needs.tracing.begin('request', { method: req.method })
    writeTale(needs, req, res, span)
    watchRate(req, res, slowest, () => sendProblem(req, res, refuse('request.too-slow')))
    if (needs.door.isOpen()) needs.door.enter(res)
    else {
      res.setHeader('Connection', 'close')
      if (!stillAnswered.includes(req.path)) return sendProblem(req, res, refuse('server.stopping'))
    }
    span.within(next)
  })

  if (needs.roles.has('portal')) {
    const viewer = needs.ohifUrl
    app.use(takeCapability(needs.findCapability, viewer === null ? null : new URL(viewer).origin))
  }

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
    app[operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'options' | 'head' | 'patch' | 'delete'](
      pattern,
      (req: Request, res: Response) => {
        tale(res).route = pattern
        if (answersPages(operation)) answerInPages(needs, req, res)
        return answer(req, res)
      },
    )
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
