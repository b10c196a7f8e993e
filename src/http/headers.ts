/** The headers every reply carries, and what is different for pages and for files. */
import type { Response } from 'express'

/** On every reply, before anything else is known of it. */
export const setSafeHeaders = (res: Response, request: string, secure: boolean): void => {
  // Our own name for this request, for a person who calls and an operator who looks into the log.
  res.setHeader('X-Request-Id', request)
  // A browser must not guess that a file is a page or a script.
  res.setHeader('X-Content-Type-Options', 'nosniff')
  // Addresses of cases and links stay here when somebody follows a link out.
  res.setHeader('Referrer-Policy', 'no-referrer')
  // Nothing of ours loads, runs or is framed unless a page says so itself.
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
  // For browsers that do not know frame-ancestors.
  res.setHeader('X-Frame-Options', 'DENY')
  // Other sites may not embed what we serve, so a picture tag elsewhere learns nothing.
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  // A window another site opened on us has no hold on it.
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  // Records and tokens are not for any cache, shared or on disk.
  res.setHeader('Cache-Control', 'private, no-store')
  // No search engine has business here.
  res.setHeader('X-Robots-Tag', 'noindex, nofollow, noarchive')
  // Once seen over TLS, never again without; only said when the public address is https.
  if (secure) res.setHeader('Strict-Transport-Security', 'max-age=31536000')
}

/** For files a stranger made: shown, if at all, in a sandbox of nowhere (`sandbox` gives them no origin). */
export const setFileHeaders = (res: Response): void => {
  res.setHeader('Content-Security-Policy', "sandbox; default-src 'none'; frame-ancestors 'none'")
}

/** For pages without a script: the one style sheet in them, by its digest, and nothing else. */
export const setPageHeaders = (res: Response, styleDigest: string): void => {
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
}

/** What a page needs beyond `'self'`. */
export type BuiltTerms = {
  /** The one style sheet within the page. */
  readonly styleDigest?: string
  /** Pictures are decoded by WebAssembly of ours: it may be compiled, and still no word can become a script. */
  readonly decodes?: boolean
}

/**
 * For pages that were put together, and for their scripts, because a worker keeps to the policy it came with. `'self'`
 * is all there is: no word of a page can become a script, and nobody else is ever asked for anything.
 */
export const setBuiltHeaders = (res: Response, { styleDigest, decodes = false }: BuiltTerms = {}): void => {
  const styles = styleDigest === undefined ? "'self'" : `'self' 'sha256-${styleDigest}'`
  const scripts = decodes ? "'self' 'wasm-unsafe-eval'" : "'self'"
  res.setHeader(
    'Content-Security-Policy',
    `default-src 'none'; script-src ${scripts}; style-src ${styles}; worker-src 'self'; connect-src 'self'; ` +
      "img-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  )
}
