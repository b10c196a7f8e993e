/**
 * One request from its gate to its reply: counted, let in, its words read, handed to its handler, answered. The
 * order is the promise: nothing of a body is read before its sender is known to be allowed to send it.
 */
import express, { type Request, type RequestHandler, type Response } from 'express'
import { assetName, type Operation } from '#contract/operation.ts'
import { placePattern, readFrameList } from '#domain/dicom-path.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { readId } from '#domain/id.ts'
import { readUid } from '#domain/study.ts'
import { limitByAddress } from './gates/address-limit.ts'
import { passGuest } from './gates/guest.ts'
import { passOperator } from './gates/operator.ts'
import { passReader } from './gates/reader.ts'
import { passSender } from './gates/sender.ts'
import type { HttpNeeds } from './needs.ts'
import { sendProblem } from './problem.ts'
import type { Call } from './route.ts'

type AnyCall = Pick<Call<Operation>, 'req' | 'res'> & {
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  readonly bearer: unknown
}

/** A handler whose own types the access table has checked. */
export type AnyHandler = (call: AnyCall) => unknown

const notFound = {
  case: 'case.not-found',
  item: 'item.not-found',
  link: 'link.not-found',
  grant: 'grant.not-found',
  reader: 'reader.not-found',
} as const

const uidOr = (needed: string) => ({ needed, read: readUid })

/** Parameters that name a part of a DICOM object: what is none is told so before anything is looked up. */
const parts: Readonly<Record<string, { readonly needed: string; read(text: unknown): string | null }>> = {
  study: uidOr('study UID'),
  series: uidOr('series UID'),
  instance: uidOr('instance UID'),
  frames: {
    needed: 'numbers of frames',
    read: (text) => (readFrameList(String(text)) === null ? null : String(text)),
  },
  bulk: {
    needed: 'place of a value',
    read: (text) => (placePattern.test(String(text)) ? String(text) : null),
  },
}

/** A part of a page is looked up in a list of those there are. */
const readAsset = (text: unknown): string | null =>
  typeof text === 'string' && assetName.test(text) ? text : null

/** Path parameters are ids; what is none names nothing. */
const readParams = (req: Request): Record<string, string> | Refusal => {
  const read: Record<string, string> = {}
  for (const [name, text] of Object.entries(req.params)) {
    const part = parts[name]
    const readPlain = name === 'asset' ? readAsset : readId
    const known = part === undefined ? readPlain(text) : part.read(text)
    if (known === null && part !== undefined) return refuse('request.invalid', { needed: part.needed })
    if (known === null) return refuse(notFound[name as keyof typeof notFound] ?? 'request.not-found')
    read[name] = known
  }
  return read
}

/** Reads a JSON body of bounded size; rejects with the body parser's error, which `refusalOf` understands. */
const readJson = (parse: RequestHandler, req: Request, res: Response): Promise<unknown> =>
  new Promise((resolve, reject) => {
    void parse(req, res, (error?: unknown) => {
      if (error === undefined) resolve(req.body)
      else reject(error instanceof Error ? error : new Error('no body', { cause: error }))
    })
  })

const bodyReader = ({ body }: Operation) => {
  if (body === undefined || !('json' in body)) return () => Promise.resolve(null)
  const parse = express.json({ limit: body.limit, type: 'application/json', inflate: false })
  return async (req: Request, res: Response): Promise<unknown> => {
    if (!req.is('application/json')) return refuse('request.type')
    const read = body.json.safeParse(await readJson(parse, req, res))
    return read.success ? read.data : refuse('request.invalid')
  }
}

/** The gates, sharing one count of tries per address. */
export const gates = (needs: HttpNeeds) => {
  const limit = limitByAddress(() => performance.now())
  const operator = passOperator(needs.authorizeOperator)
  const sender = passSender(needs.authorizeSender)
  const guest = passGuest(needs.authorizeReading)
  const reader = passReader(needs.authorizeReader, needs.authorizeCapability)
  return async ({ gate, scope, basic, purpose, limited }: Operation, req: Request): Promise<unknown> => {
    if (gate === 'operator') return operator(req)
    if (gate === 'sender') return sender(req, purpose ?? 'talk', basic === true)
    if (gate === 'guest') return guest(req)
    if (gate === 'reader') return scope === undefined ? refuse('token.scope') : reader(req, scope)
    return limited === true ? limit(req.ip) : null
  }
}

/** Answers requests for one operation. Rejects with what a step throws. */
export const serve = (
  operation: Operation,
  handle: AnyHandler,
  pass: ReturnType<typeof gates>,
): ((req: Request, res: Response) => Promise<void>) => {
  const readBody = bodyReader(operation)
  const { reply, scope } = operation

  const answer = async (req: Request, res: Response): Promise<unknown> => {
    const bearer = await pass(operation, req)
    if (isRefusal(bearer)) return bearer
    const params = readParams(req)
    if (isRefusal(params)) return params
    const body = await readBody(req, res)
    return isRefusal(body) ? body : handle({ params, body, bearer, req, res })
  }

  return async (req, res) => {
    const outcome = await answer(req, res)
    if (isRefusal(outcome)) sendProblem(req, res, outcome, { scope })
    else if (!res.headersSent && !res.destroyed) {
      if ('json' in reply) {
        // A handler may have said 503 where the contract allows it.
        if (outcome !== null)
          res.status(res.statusCode === reply.otherwise ? res.statusCode : reply.status).json(outcome)
      } else if (reply.status === 204) res.status(204).end()
    }
  }
}
