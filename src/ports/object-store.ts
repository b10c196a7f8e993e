/**
 * Object store: sealed bytes by key. Keys are random, made by us, never reused and never derived from anything a
 * sender wrote. What is stored is ciphertext whose integrity the sealed format itself proves, so a store keeps
 * no digest of its own and a reader trusts none.
 *
 * Contract (every adapter runs `object-store.contract.ts`):
 * - `commit()` resolves only when the bytes and the name are on stable storage; after it, a crash or power cut
 *   loses nothing. Before it, the object does not exist for readers.
 * - An object is created once; a second create of the same key is refused (`state.conflict`), whatever raced.
 * - `abort()` may be called at any time, any number of times; nothing stays.
 * - A write that timed out may still land: callers treat it as unknown, and clean-up tolerates late arrivals.
 * - Reading past the end or a missing key throws `store.damaged`; a store that cannot answer, `store.unavailable`;
 *   one without room, `store.full`. No other exception leaves an adapter.
 */
export type ObjectStore = {
  /** Begins an object; nothing is visible until `commit`. */
  create(key: string): Promise<ObjectWriter>
  /**
   * Exactly `length` bytes from `offset`. With `into` (at least as long) the bytes may be put there and the
   * result be a view of it: a reader in a loop keeps one buffer instead of making garbage by the megabyte.
   */
  read(key: string, offset: number, length: number, into?: Buffer): Promise<Buffer>
  /** Size in bytes, or null when there is no such object. */
  size(key: string): Promise<number | null>
  /** Removes it; removing what is not there is done. */
  remove(key: string): Promise<void>
  /** Every key under a prefix, in no order, with its age's start. For clean-up and rebuild, never for a request. */
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly size: number; readonly at: Date }>
}

export type ObjectWriter = {
  /** The buffers are not changed before this resolves, and not used by the store after. */
  write(buffers: readonly Uint8Array[]): Promise<void>
  /**
   * The same without a promise, where nothing has to be waited for: true, and the buffers are the caller's again. False,
   * and nothing was taken: while a `write` is under way, where there is no room, after the end.
   */
  takeNow(buffers: readonly Uint8Array[]): boolean
  /** Makes the object durable and visible. */
  commit(): Promise<void>
  /** Forgets it. */
  abort(): Promise<void>
}

/** A store with its connections or files. */
export type OpenedObjectStore = ObjectStore & {
  /** Whether it can be used now; asked by readiness, so it is quick and never throws. */
  alive(): Promise<boolean>
  /** Lets go of everything; no call may follow. */
  close(): Promise<void>
}

/** A key as we make them: what kind it is, and a random name. Everything else is refused by every store. */
export const objectKeyShape = /^[a-z]+\/[0-9a-z-]{4,80}$/
