/** Writing an index object while its rows come: memory stays flat however large the case is. */
import { canonicalJson } from '#domain/canonical-json.ts'
import type { CaseId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'
import { indexSeal } from '#domain/seal-name.ts'
import { createSealer, type FixedStart } from '#formats/sealed/sealer.ts'
import { indexMagic, startBytes } from './layout.ts'
import { writeRow, writeTable } from './rows.ts'

export type IndexIdentity = {
  readonly kind: 'case' | 'audit'
  /** The case; of a piece of the audit chain, the name of its own key. */
  readonly of: CaseId
  readonly sequence: number
}

export type IndexKeys = {
  /** The case key wrapped by the master key. */
  readonly key: string
  /** 32 random bytes, used for this object only, and the same wrapped by the case key. */
  readonly bodyKey: Uint8Array
  readonly wrappedBodyKey: Uint8Array
}

const writeHead = (
  { kind, of, sequence }: IndexIdentity,
  key: string | null,
  wrappedBodyKey: Uint8Array | null,
): Buffer => {
  const bodyKey = wrappedBodyKey === null ? null : Buffer.from(wrappedBodyKey).toString('base64url')
  const head = Buffer.from(canonicalJson({ version: 1, kind, of, sequence, key, bodyKey }))
  const start = Buffer.alloc(startBytes)
  indexMagic.copy(start)
  start.writeUInt32BE(head.length, indexMagic.length)
  return Buffer.concat([start, head])
}

/** The whole object of a case whose key was destroyed: it says so, and nothing else. */
export const writeEnded = (identity: IndexIdentity): Buffer => writeHead(identity, null, null)

export type IndexWriter = {
  add(rows: KeptRows): void
  /** Ends the object. */
  finish(): void
  /** Takes the bytes that wait to be written. */
  take(): Uint8Array[]
}

/** Starts an index object. `fixed` is for test vectors only. */
export const createIndexWriter = (
  identity: IndexIdentity,
  { key, bodyKey, wrappedBodyKey }: IndexKeys,
  fixed?: FixedStart,
): IndexWriter => {
  const associated = indexSeal(identity.kind, identity.of, identity.sequence)
  const sealer = createSealer(bodyKey, associated, { fixed })
  let out: Uint8Array[] = [writeHead(identity, key, wrappedBodyKey)]
  return {
    add: ({ table, rows }) => {
      if (rows.length > 0) sealer.push(Buffer.from(writeTable(table) + rows.map(writeRow).join('')), out)
    },
    finish: () => sealer.end(out),
    take: () => {
      const taken = out
      out = []
      return taken
    },
  }
}
