/** The HTTP server around the application, with limits that fit long bodies on slow lines. */
import { createServer as createHttpServer, type Server } from 'node:http'
import type { Express } from 'express'

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
