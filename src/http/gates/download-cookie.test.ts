/** The cookie of a download opens one address to the one browser that was given it, and nothing else. */
import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { downloadCookieOf, setDownloadCookie } from './download-cookie.ts'

const of = '0198c0de-0000-7000-8000-000000000001' as CaseId
const path = `/api/cases/${of}/bundle`

const ask = (method: string, to: string, cookie?: string): string | null =>
  downloadCookieOf({ method, path: to, headers: { cookie } } as unknown as Request)

const given = (publicUrl: string): string => {
  let value = ''
  const res = { setHeader: (_: string, text: string) => (value = text) } as unknown as Response
  setDownloadCookie(res, of, 'tok.en', publicUrl)
  return value
}

describe('the cookie of a download', () => {
  it('is for the bundle of its case, ten minutes, no script and no other site', () => {
    expect(given('https://records.example')).toBe(
      `second-read-download=tok.en; Path=${path}; Max-Age=600; HttpOnly; SameSite=Strict; Secure`,
    )
    expect(given('http://127.0.0.1:8080')).not.toContain('Secure')
  })

  it('is read where a bundle is got, among other cookies', () => {
    expect(ask('GET', path, 'a=b; second-read-download=tok.en; c=d')).toBe('tok.en')
    expect(ask('HEAD', path, 'second-read-download=tok.en')).toBe('tok.en')
  })

  it.each([
    ['POST', path],
    ['GET', `/api/cases/${of}/notes`],
    ['GET', `/api/cases/${of}/items/${of}/content`],
    ['GET', `/dicomweb/cases/${of}/studies`],
    ['GET', '/api/read/case'],
  ])('opens nothing else: %s %s', (method, to) => {
    expect(ask(method, to, 'second-read-download=tok.en')).toBe(null)
  })

  it.each([
    undefined,
    '',
    'second-read-download=',
    'x-second-read-download=tok',
    'second-read-download=a b"',
  ])('is none in %j', (cookie) => {
    expect(ask('GET', path, cookie)).toBe(null)
  })
})
