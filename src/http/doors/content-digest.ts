/** `Content-Digest` (RFC 9530 §2), and fields written like it: what the sender says some bytes hash to. */

// A dictionary member of RFC 8941: key, "=", ":", base64 of 32 bytes, ":", parameters.
const member = /(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):[ \t]*(?:;[^,]*)?(?=,|$)/g

/** The SHA-256 it names, 32 bytes, or null when there is none. Other algorithms are passed over. */
export const readDigest = (header: string | string[] | undefined): Buffer | null => {
  if (typeof header !== 'string') return null
  // RFC 8941 §3.2: of members with the same key the last one counts.
  const encoded = Array.from(header.matchAll(member)).at(-1)?.[1]
  return encoded === undefined ? null : Buffer.from(encoded, 'base64')
}
