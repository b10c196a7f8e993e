/**
 * Scanner: looks for malware in one file's bytes, all of them.
 *
 * Contract: `clean` means that the scanner was given every one of `size` bytes, in order, and said that it knows
 * nothing bad in them; whatever else it says or leaves unsaid is not `clean`. Without an answer `scan` rejects:
 * `scanner.unavailable` when the scanner itself is away or hangs, which says nothing about the file and passes;
 * `scanner.failed` when it was there and gave none about this file. A `source` that fails rejects with that same
 * failure, one that is short or long with `store.damaged`. Several scans run side by side. Pieces are read one at
 * a time, as fast as the scanner takes them, and a piece is not looked at again once the next was asked for.
 * Nothing of the file is kept.
 */

/** `limit`: larger or deeper packed than it looks into. `password`: it cannot be looked into without one. */
export type ScanVerdict =
  | 'clean'
  | 'limit'
  | 'password'
  /** What the scanner calls it. It goes with the file's sealed facts, into no log. */
  | { readonly found: string }

export type ScannerFacts = {
  readonly version: string
  /** When its signatures were made; null when it does not say. */
  readonly signaturesFrom: Date | null
}

export type Scanner = {
  scan(source: AsyncIterable<Buffer>, size: number): Promise<ScanVerdict>
  /** Whether it answers. Never rejects. */
  alive(): Promise<boolean>
  /** @throws `scanner.unavailable` */
  facts(): Promise<ScannerFacts>
}
