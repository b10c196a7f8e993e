/**
 * The body of a part: four bytes of length, a JSON header that names each run with the SHA-256 of its bytes, and the
 * bytes. Only the header is proved by `Header-Digest`, so that every byte is hashed once.
 */

/** SHA-256 of some bytes; WebCrypto does it everywhere, Node's own is quicker for small ones. */
export type Sha256 = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> | Uint8Array

/** By WebCrypto, in browsers and Node alike. */
export const webSha256: Sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** RFC 4648 §4. */
export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

/** A run of an item with its bytes and their digest in base64. */
export type ProvedRun = {
  readonly item: string
  readonly first: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sha256: string
}

export type PartBody = {
  /** Made before it is needed: a browser hands its bytes to another process, which takes as long as a round trip. */
  readonly body: Blob
  /** Value of `Header-Digest` (written like RFC 9530's `Content-Digest`). */
  readonly headerDigest: string
}

const prefixBytes = 4

/** Puts a part together. */
export const composePart = async (runs: readonly ProvedRun[], sha256: Sha256): Promise<PartBody> => {
  const listed = runs.map((run) => [run.item, run.first, run.bytes.length, run.sha256])
  const header = new TextEncoder().encode(JSON.stringify(listed))
  const head = new Uint8Array(prefixBytes + header.length)
  new DataView(head.buffer).setUint32(0, header.length)
  head.set(header, prefixBytes)
  return {
    body: new Blob([head, ...runs.map((run) => run.bytes)]),
    headerDigest: `sha-256=:${base64(await sha256(head))}:`,
  }
}
