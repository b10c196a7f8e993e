/**
 * The listener for machines: `/metrics`, and `/healthz` and `/readyz` for processes that have no other door.
 * Nobody signs in here, so it has its own address, and nothing on it names anything.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { Prometheus } from './metrics.ts'

export type Listener = { close(): Promise<void> }

const answer = (res: ServerResponse, status: number, type: string, text: string): void => {
  res.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(text),
  })
  res.end(text)
}

/** Listens until closed. `isReady` decides `/readyz`. */
export const listenForMachines = async (
  { host, port }: { readonly host: string; readonly port: number },
  prometheus: Prometheus,
  isReady: () => Promise<boolean>,
): Promise<Listener> => {
  const respond = async (method: string, path: string, res: ServerResponse): Promise<void> => {
    if (method !== 'GET') return answer(res, 405, 'text/plain', '')
    if (path === '/metrics') return answer(res, 200, prometheus.contentType, await prometheus.text())
    if (path === '/healthz') return answer(res, 200, 'text/plain', 'ok\n')
    if (path !== '/readyz') return answer(res, 404, 'text/plain', '')
    const ready = await isReady()
    answer(res, ready ? 200 : 503, 'text/plain', ready ? 'ready\n' : 'not ready\n')
  }
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (req, res) => {
    respond(req.method ?? '', req.url ?? '', res).catch(() => {
      if (res.headersSent) res.destroy()
      else answer(res, 500, 'text/plain', '')
    })
  })
  server.maxConnections = 64
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => done())
  })
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
