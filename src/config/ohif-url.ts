/**
 * Address of the hospital's OHIF viewer. Whoever opens a case there sends it an address that reads the case, so it is
 * another program the operator answers for, at an origin of its own.
 */
import { isLoopback } from './unsafe.ts'

/** What must be said of a value that is none. Never the value. */
export const ohifUrlForm =
  'OHIF_URL must be the address of a viewer, such as https://viewer.example.org or https://example.org/ohif, with no name, password, ? or # in it; https unless it is this machine.'

/** The address without a slash at its end; null when it is none, or would cross a network in the clear. */
export const readOhifUrl = (text: string): string | null => {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return null
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) return null
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}
