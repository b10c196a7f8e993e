/**
 * One whole item through the scanner, and what that adds to its codes. An item that the scanner fails at is tried
 * again; on its pack's last try it alone is left to a person, and what came with it goes on.
 */
import { createHash } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import type { ItemKind } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { Scanner, ScanVerdict } from './scanner.ts'

export type Scanned = {
  readonly verdict: ScanVerdict | 'unanswered'
  /** Digest of the whole item, when it was asked for and every byte was read. */
  readonly sha256?: Uint8Array
}

export type ScanTerms = { readonly digest: boolean; readonly lastTry: boolean }

/** Scans `size` bytes. @throws what `Scanner` throws, but `scanner.failed` not on the last try. */
export const scanItem = async (
  scanner: Scanner,
  batches: AsyncIterable<readonly Buffer[]>,
  size: number,
  { digest, lastTry }: ScanTerms,
): Promise<Scanned> => {
  const hash = digest ? createHash('sha256') : null
  let seen = 0
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const batch of batches)
      for (const piece of batch) {
        hash?.update(piece)
        seen += piece.length
        yield piece
      }
  }
  const verdict = await scanner.scan(pieces(), size).catch((error: unknown) => {
    if (lastTry && error instanceof Fault && error.code === 'scanner.failed') return 'unanswered' as const
    throw error
  })
  return hash === null || seen !== size ? { verdict } : { verdict, sha256: hash.digest() }
}

/** The codes a scan adds to what the inspector found. */
export const scanCodes = (
  { verdict }: Scanned,
  { kind, codes }: { readonly kind: ItemKind; readonly codes: readonly VerdictCode[] },
): readonly VerdictCode[] => {
  if (verdict === 'clean') return []
  if (verdict === 'unanswered') return ['CHECK_UNAVAILABLE']
  // Each file of an archive is scanned by itself before anybody reads it; a whole disc is always over a limit.
  if (kind === 'archive' && (verdict === 'limit' || verdict === 'password')) return []
  if (verdict === 'limit') return ['SCAN_LIMIT']
  if (verdict !== 'password') return ['MALWARE_FOUND']
  return [kind === 'pdf' || codes.includes('ENCAPSULATED_PDF') ? 'PDF_PASSWORD' : 'SCAN_LIMIT']
}
