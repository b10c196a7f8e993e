/** The link a sender was given: where the gateway is, and the secret after the `#`, which no server log ever sees. */

export type SenderLink = {
  /** The gateway's address, without a slash at its end. */
  readonly url: string
  readonly token: string
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)

// `URL.parse` would say it, and telephones of two years ago do not know it.
const parse = (text: string): URL | null => {
  try {
    return new URL(text)
  } catch {
    return null
  }
}

/** Null when it is no link, was cut short, or would carry records in the open to another machine. */
export const readLink = (text: string): SenderLink | null => {
  const url = parse(text.trim())
  if (url === null || !/^\/(?:.*\/)?send\/?$/.test(url.pathname) || url.search !== '') return null
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(url.hostname))) return null
  const token = url.hash.slice(1)
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token)) return null
  return { url: `${url.origin}${url.pathname.replace(/\/send\/?$/, '')}`, token }
}
