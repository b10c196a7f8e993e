/**
 * Pacs: archives of others that instances are stored in (PS3.18 §10.5). Known by name; where they are and what opens
 * them is the adapter's.
 *
 * Contract: an instance counts as stored only when the archive named it as stored; one it did not name is neither stored
 * nor refused. Storing one that is there already is stored again, and there is still one. Nothing is held beyond a few
 * pieces of one instance. @throws `pacs.unavailable` (later, the same), `pacs.denied`, `pacs.unusable`, `pacs.refused` (perhaps for one
 * of them) and `pacs.too-large` (fewer at once), and what `open` throws
 */
export type PacsInstance = {
  readonly sopUid: string
  /** Bytes. */
  readonly length: number
  /** Asked for one after another, in order. */
  open(): AsyncIterable<readonly Uint8Array[]>
}

export type Stored = {
  /** SOP Instance UIDs. */
  readonly stored: ReadonlySet<string>
  /** Those it would not take, with the FailureReason (PS3.18 Table 10.5.3-2); null when it gave none. */
  readonly refused: ReadonlyMap<string, number | null>
}

export type Pacs = {
  readonly targets: readonly string[]
  /** `target` is one of them. At least one instance. */
  store(target: string, instances: readonly PacsInstance[]): Promise<Stored>
}
