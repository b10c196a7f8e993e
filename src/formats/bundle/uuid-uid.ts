/** UIDs and UUIDs of what a bundle makes itself: from words alone, so that a bundle made again has the same. */
import { createHash } from 'node:crypto'

/** A UUID of version 8 (RFC 9562 §5.8) with bits of a SHA-256 of these words. */
export const uuidOf = (...words: readonly (string | number)[]): string => {
  const bits = createHash('sha256')
    .update(JSON.stringify(['second-read/1/bundle', ...words]))
    .digest()
  bits[6] = ((bits[6] ?? 0) & 0x0f) | 0x80
  bits[8] = ((bits[8] ?? 0) & 0x3f) | 0x80
  const hex = bits.toString('hex', 0, 16)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A UUID as a UID (PS3.5 §B.2), at most 44 characters. */
export const uidOfUuid = (uuid: string): string => `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`
