/**
 * Who may work on an upload: in one server the latest request, because a client that comes again has lost its
 * earlier connection, which may look alive for minutes. The earlier one is told to stop and has kept its whole
 * chunks before the later one begins. Between servers the ledger decides: bytes that partly came already are refused.
 */

type Holder = { readonly stop: () => void; readonly done: Promise<void> }

export const createTurns = () => {
  const holders = new Map<string, Holder>()
  /** Resolves when it is the caller's turn, with what ends it. `stop` is called when somebody waits. */
  return async (key: string, stop: () => void): Promise<() => void> => {
    for (let holder = holders.get(key); holder !== undefined; holder = holders.get(key)) {
      holder.stop()
      await holder.done
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    holders.set(key, { stop, done: promise })
    return () => {
      holders.delete(key)
      resolve()
    }
  }
}
