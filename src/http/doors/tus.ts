/**
 * The tus door: resumable uploads by tus 1.0.0, for clients that speak it already. `@tus/server` holds to the
 * protocol; bytes go past it into the same packs as at every other door. Its offset is only ever what is durable and
 * recorded. Every call needs the sender's session, and an upload of another sender is not there.
 */
import { type ServerOptions, Server as TusServer } from '@tus/server'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import { type FaultCode, isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { bearerOf } from '#http/gates/bearer.ts'
import type { CommonNeeds, IntakeNeeds } from '#http/needs.ts'
import { sendProblem } from '#http/problem.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { Upload } from '#steps/resume-upload.ts'
import { type Checksum, type Taking, takeBytes } from './tus-bytes.ts'
import * as terms from './tus-terms.ts'
import { createTurns } from './tus-turns.ts'
import { openUploads, RefusedUpload } from './tus-uploads.ts'

export type TusNeeds = Pick<
  IntakeNeeds,
  'planSend' | 'findUpload' | 'dropUpload' | 'receive' | 'authorizeSender'
> &
  Pick<CommonNeeds, 'door'>

type TusCall = {
  readonly req: ExpressRequest
  readonly res: ExpressResponse
  readonly bearer: SenderSession
}

const path = '/api/send/tus'

/** A body may take hours; meanwhile the session is kept alive, and a link that was revoked ends it. */
const lookAgainMs = 60_000

const codes: Readonly<Record<number, FaultCode>> = {
  404: 'item.not-found',
  409: 'state.conflict',
  410: 'item.not-found',
  413: 'request.too-large',
}

/** Statuses in which the library is plainer than HTTP has words for. */
const statuses: Readonly<Record<number, number>> = { 403: 400 }

/** Fields of extensions that are not here, and what to send instead. */
const unsupported = [
  ['upload-defer-length', 'upload-length'],
  ['upload-concat', 'one upload for each file'],
] as const

/** What an `ERRORS` constant of the library says; null for anything else. */
const libraryStatus = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'status_code' in error ? Number(error.status_code) : null

/** What must be right before the library is asked: it answers these with another status, or not at all. */
const readTerms = (
  req: ExpressRequest,
  method: string,
): { readonly refusal: Refusal; readonly status?: number } | { readonly checksum: Checksum | null } => {
  if (method !== 'OPTIONS' && req.headers['tus-resumable'] !== terms.tusVersion)
    return { refusal: refuse('request.invalid'), status: 412 }
  for (const [field, needed] of unsupported)
    if (method === 'POST' && req.headers[field] !== undefined)
      return { refusal: refuse('request.invalid', { needed }), status: 501 }
  const type = req.headers['content-type']
  const coding = req.headers['content-encoding']
  const brings = method === 'PATCH' || (method === 'POST' && Number(req.headers['content-length'] ?? 0) > 0)
  if ((brings && type !== terms.bodyType) || (coding !== undefined && coding !== 'identity'))
    return { refusal: refuse('request.type') }
  const checksum = terms.readChecksum(req.headers['upload-checksum'])
  return isRefusal(checksum) ? { refusal: checksum } : { checksum }
}

/** The bytes of one request, while it has its turn and its session lasts. */
const takeRequest = (needs: TusNeeds, { req, bearer }: TusCall, checksum: Checksum | null) => {
  let told: Refusal | null = null
  let taking: Taking | null = null
  const stop = (why: Refusal): void => {
    told ??= why
    taking?.stop(why)
  }
  const take = async (upload: Upload): Promise<number | Refusal> => {
    taking = takeBytes(req, upload, {
      receive: () => needs.receive(bearer),
      checksum,
      mayGoOn: () => (needs.door.isOpen() ? null : refuse('server.stopping')),
    })
    if (told !== null) taking.stop(told)
    const look = async (): Promise<void> => {
      const session = await needs.authorizeSender(bearerOf(req), 'bring')
      if (isRefusal(session)) stop(session)
    }
    // A ledger that cannot answer now will say so when bytes are recorded.
    const timer = setInterval(() => void look().catch(() => {}), lookAgainMs)
    try {
      return await taking.done
    } finally {
      clearInterval(timer)
    }
  }
  return { take, stop: () => stop(refuse('state.conflict')) }
}

const sendAnswer = (res: ExpressResponse, answer: Response, method: string): void => {
  for (const [name, value] of answer.headers) if (terms.passes(name)) res.setHeader(name, value)
  if (method === 'OPTIONS') res.setHeader('Tus-Checksum-Algorithm', terms.checksumAlgorithms.join(','))
  res.status(answer.status).end()
}

/** Refuses as tus wants it: 423 for who lost their turn, 460 for a checksum, 410 for what is gone. */
const sendRefusal = ({ req, res }: TusCall, error: unknown, status: number): void => {
  if (error instanceof RefusedUpload) {
    const { refusal } = error
    const exact = refusal.refused === 'digest.mismatch' ? 460 : error.status
    sendProblem(req, res, refusal, exact === undefined ? {} : { status: exact })
    return
  }
  // Anything but the protocol's own noes is for whoever answers failures.
  if (error !== null && libraryStatus(error) === null)
    throw error instanceof Error ? error : new Error('tus failed', { cause: error })
  sendProblem(req, res, refuse(codes[status] ?? 'request.invalid'), { status: statuses[status] ?? status })
}

/** Every operation of the door. */
export const tusDoor = (needs: TusNeeds) => {
  const takeTurn = createTurns()

  const answer = async (call: TusCall, method: string, checksum: Checksum | null): Promise<void> => {
    const { req, res, bearer } = call
    const bytes = takeRequest(needs, call, checksum)
    const uploads = openUploads(needs, bearer, bytes.take)
    let failure: unknown = null
    let endTurn: (() => void) | null = null
    const options: ServerOptions = {
      path,
      maxSize: terms.mostUpload,
      // An address made of Host or X-Forwarded-Host is whatever a client says it is.
      relativeLocation: true,
      // The library's default is `*`.
      allowedOrigins: () => false,
      locker: {
        newLock: (id) => ({
          lock: async () => {
            endTurn = await takeTurn(`${bearer.sender}/${id}`, bytes.stop)
          },
          unlock: async () => endTurn?.(),
        }),
      },
      onResponseError: (_, error) => {
        failure = error
        return undefined
      },
    }
    const server = new TusServer({ ...options, datastore: uploads.store })
    const said = await server.handleWeb(terms.asWebRequest(req, method, req.path))
    if (said.status < 400 && failure === null) return sendAnswer(res, said, method)
    // Nobody learned the address of an upload whose first bytes failed.
    if (uploads.created !== null) await needs.dropUpload(bearer, uploads.created)
    sendRefusal(call, failure, said.status)
  }

  return async (call: TusCall): Promise<Refusal | null> => {
    const { req, res } = call
    res.setHeader('Tus-Resumable', terms.tusVersion)
    const method = terms.readMethod(req, req.path !== path)
    if (method === null) return refuse('request.method')
    const read = readTerms(req, method)
    if ('checksum' in read) await answer(call, method, read.checksum)
    else {
      if (read.status === 412) res.setHeader('Tus-Version', terms.tusVersion)
      sendProblem(req, res, read.refusal, read.status === undefined ? {} : { status: read.status })
    }
    return null
  }
}
