/**
 * The door of the server: open until it is told to stop. Then whoever runs may end, its connection ends with its
 * reply, and whoever comes hears that this server stops and another one will do.
 */
import type { Response } from 'express'

export type Door = {
  isOpen(): boolean
  /** Counts a request until its reply is over. */
  enter(res: Response): void
  /** Closes the door; resolves when everyone who was let in has been answered. */
  close(): Promise<void>
}

/** An open door. */
export const createDoor = (): Door => {
  const inside = new Set<Response>()
  const empty = Promise.withResolvers<void>()
  let open = true
  const settle = (): void => {
    if (!open && inside.size === 0) empty.resolve()
  }
  return {
    isOpen: () => open,
    enter: (res) => {
      inside.add(res)
      res.once('close', () => {
        inside.delete(res)
        settle()
      })
    },
    close: () => {
      open = false
      for (const res of inside) if (!res.headersSent) res.setHeader('Connection', 'close')
      settle()
      return empty.promise
    },
  }
}
