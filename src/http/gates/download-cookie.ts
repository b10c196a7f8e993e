/**
 * The token of one download as a cookie. A browser that downloads by itself, to its disk and with ranges of its own, carries
 * no header of a page. So this one address may be read with a cookie: no script reads it, no other site causes it to be
 * sent, it goes nowhere but there, and it ends with its token.
 */
import type { Request, Response } from 'express'
import { longestGrantSeconds } from '#domain/grant.ts'
import type { CaseId } from '#domain/id.ts'

const name = 'second-read-download'
const shape = /(?:^|;)\s*second-read-download=([A-Za-z0-9._~+/-]{1,4096}={0,2})\s*(?:;|$)/

const pathOf = (of: CaseId): string => `/api/cases/${of}/bundle`

/** On the answer to the reader's own request. */
export const setDownloadCookie = (res: Response, of: CaseId, token: string, publicUrl: string): void => {
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  res.setHeader(
    'Set-Cookie',
    `${name}=${token}; Path=${pathOf(of)}; Max-Age=${longestGrantSeconds}; HttpOnly; SameSite=Strict${secure}`,
  )
}

/** The token of a GET of a bundle; null everywhere else, whatever a browser sends. */
export const downloadCookieOf = (req: Request): string | null =>
  (req.method === 'GET' || req.method === 'HEAD') && /^\/api\/cases\/[^/]+\/bundle$/.test(req.path)
    ? (shape.exec(req.headers.cookie ?? '')?.[1] ?? null)
    : null
