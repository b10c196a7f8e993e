/**
 * A body may take as long as it needs while it moves: Node's own limit of 300 s for a whole request would cut an
 * honest part on a village line. What trickles, to hold a connection for nothing, is ended.
 */
import type { Request, Response } from 'express'

/** Fewer than `bytes` within `ms` is too slow. */
export type SlowestRate = { readonly bytes: number; readonly ms: number }

/** 2 KB/s over a minute. */
export const usualSlowest: SlowestRate = { bytes: 120_000, ms: 60_000 }

/**
 * Calls `onSlow` once when the body moves slower than that. Time in which we ourselves do not read, because the
 * store is behind, does not count against the sender.
 */
export const watchRate = (req: Request, res: Response, slowest: SlowestRate, onSlow: () => void): void => {
  if (req.headers['content-length'] === undefined && req.headers['transfer-encoding'] === undefined) return
  let before = req.socket.bytesRead
  const look = (): void => {
    if (req.complete || req.destroyed) return
    const moved = req.socket.bytesRead - before
    before += moved
    if (moved >= slowest.bytes || req.readableFlowing !== true) {
      timer.refresh()
      return
    }
    // Once a reply was sent Node forgets the request; whoever reads it still has to hear of its end.
    req.socket.once('close', () => req.destroy())
    onSlow()
  }
  const timer = setTimeout(look, slowest.ms)
  res.once('close', () => clearTimeout(timer))
}
