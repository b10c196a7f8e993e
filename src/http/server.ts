/** The HTTP server around the application, with limits that fit long bodies on slow lines. */
import { createServer as createHttpServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Express } from 'express'
import type { Door } from './door.ts'

/** Not yet listening. Whoever starts it ends it. */
export const createServer = (app: Express): Server => {
  const server = createHttpServer(
    {
      // A head must be there within 30 s, in 16 KiB.
      headersTimeout: 30_000,
      maxHeaderSize: 16_384,
      // Node's 300 s for a whole request cut honest parts; `minimum-rate.ts` ends what only trickles.
      requestTimeout: 0,
      connectionsCheckingInterval: 5_000,
      keepAliveTimeout: 75_000,
    },
    app,
  )
  // Nothing in either direction for five minutes: the other side is gone.
  server.timeout = 300_000
  server.maxHeadersCount = 100
  return server
}

/** A request that was on its way when the last one was answered is still heard, ms. */
const leastGraceMs = 300

/**
 * Ends a server: at once newcomers hear 503, on connections old and new, for `graceMs` and until everyone inside
 * has been answered. Only then it stops listening. What still runs after `mostMs` is cut.
 */
export const endServer = async (
  server: Server,
  door: Door,
  { graceMs, mostMs }: { readonly graceMs: number; readonly mostMs: number },
): Promise<void> => {
  const patience = new AbortController()
  const late = sleep(mostMs, null, { signal: patience.signal }).catch(() => null)
  await Promise.race([Promise.all([door.close(), sleep(Math.max(leastGraceMs, graceMs))]), late])
  const closed = new Promise<void>((done) => server.close(() => done()))
  server.closeIdleConnections()
  await Promise.race([closed, late])
  patience.abort()
  server.closeAllConnections()
  await closed
}
