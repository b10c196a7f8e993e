/**
 * Sending a refusal as problem details (RFC 9457), or as a page to whom pages are answered. When the request is still coming, the reply goes out at once
 * and the rest is read for a short while: a socket closed with unread bytes would throw the reply away.
 */
import type { Request, Response } from 'express'
import { type Problem, problemType } from '#contract/problem.ts'
import type { FaultCode, Refusal } from '#domain/fault.ts'
import type { Scope } from '#domain/grant.ts'
import { faultReplies, retryAfter } from './fault-to-reply.ts'
import { tale } from './tale.ts'

const lingerBytes = 16_777_216
const lingerMs = 5_000

const tokenErrors: Partial<Record<FaultCode, string>> = {
  'session.ended': ', error="invalid_token"',
  'token.invalid': ', error="invalid_token"',
  'token.revoked': ', error="invalid_token"',
}

/** RFC 6750 §3: how to authenticate, and why it did not suffice. */
const challenge = (code: FaultCode, status: number, scope: Scope | undefined): string | null => {
  if (code === 'token.scope')
    return `Bearer realm="second-read", error="insufficient_scope", scope="${scope ?? ''}"`
  return status === 401 ? `Bearer realm="second-read"${tokenErrors[code] ?? ''}` : null
}

/** True when a body was announced. `complete` alone does not tell: it is set only after the head was handled. */
const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Reads on until the request ends, up to 5 s or 16 MiB, then ends the reply and closes the connection. */
const endAfterDraining = (req: Request, res: Response): void => {
  const before = req.socket.bytesRead
  const end = (): void => {
    clearTimeout(timer)
    req.off('data', watch)
    res.end()
  }
  const watch = (): void => {
    if (req.socket.bytesRead - before > lingerBytes) end()
  }
  const timer = setTimeout(end, lingerMs)
  req.once('end', end)
  req.once('close', end)
  req.on('data', watch)
  req.resume()
}

/** The problem as JSON, ready to be sent. */
export const describeProblem = (refusal: Refusal, request: string, status?: number): Problem => {
  const { title, detail, status: usual } = faultReplies[refusal.refused]
  return {
    ...refusal.facts,
    type: problemType(refusal.refused),
    title,
    status: status ?? usual,
    detail,
    code: refusal.refused,
    request,
  }
}

/**
 * Sends a refusal, unless a reply is under way: then the connection is cut, so that half a reply never looks
 * whole. `status` replaces the code's own one where HTTP has a more exact word.
 */
export const sendProblem = (
  req: Request,
  res: Response,
  refusal: Refusal,
  { status, scope }: { readonly status?: number; readonly scope?: Scope | undefined } = {},
): void => {
  tale(res).fault ??= refusal.refused
  if (res.headersSent) {
    if (!res.writableEnded) res.destroy()
    return
  }
  for (const name of ['ETag', 'Last-Modified', 'Content-Disposition', 'Repr-Digest', 'Accept-Ranges'])
    res.removeHeader(name)
  const problem = describeProblem(refusal, tale(res).request, status)
  const { asPage, language } = tale(res)
  const body = asPage === null ? Buffer.from(JSON.stringify(problem)) : asPage(refusal)
  const wait = retryAfter(refusal.refused, refusal.facts)
  const wanted = challenge(refusal.refused, problem.status, scope)
  if (wait !== null) res.setHeader('Retry-After', wait)
  if (wanted !== null) res.setHeader('WWW-Authenticate', wanted)
  res.statusCode = problem.status
  res.setHeader('Content-Type', asPage === null ? 'application/problem+json' : 'text/html; charset=utf-8')
  res.setHeader('Content-Language', asPage === null ? 'en' : language)
  res.setHeader('Content-Length', body.length)
  if (!hasBody(req) || req.complete || req.destroyed) {
    res.end(req.method === 'HEAD' ? undefined : body)
    return
  }
  res.setHeader('Connection', 'close')
  if (refusal.refused === 'request.too-slow') {
    res.end(body)
    return
  }
  res.write(body)
  endAfterDraining(req, res)
}
