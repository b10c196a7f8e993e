/**
 * Sealed stream: Tink's AES-GCM-HKDF streaming AEAD, fixed to one parameter set, so that a stranger can write a
 * reader from this page (and existing Tink implementations read it as `AES256_GCM_HKDF_64KB`-style keys with
 * SHA-256 as HKDF hash).
 *
 *     sealed  = header ‖ segment 0 ‖ segment 1 ‖ … ‖ segment n-1
 *     header  = 0x28 (its own length, 40) ‖ salt (32 random bytes) ‖ nonce prefix (7 random bytes)
 *     key'    = HKDF-SHA256(ikm = 32-byte key, salt = salt, info = associated data, length = 32)
 *     nonce i = nonce prefix ‖ i as 32-bit big-endian ‖ 0x01 for the last segment, 0x00 for every other
 *     segment = AES-256-GCM(key', nonce i, no further AAD): ciphertext ‖ 16-byte tag
 *
 * Header and segment 0 together take 65,536 bytes, every further segment 65,536, only the last may be shorter.
 * So segment 0 holds up to 65,480 plain bytes and every other up to 65,520. An empty text is one empty segment.
 * Truncation, reordering, swapping and other associated data all fail a tag. Any segment opens by itself.
 */
export const segmentBytes = 65_536
export const headerBytes = 40
export const saltBytes = 32
export const prefixBytes = 7
export const tagBytes = 16

/** Plain bytes in segment 0, and in every further full segment. */
export const firstPlainBytes = segmentBytes - headerBytes - tagBytes
export const plainBytes = segmentBytes - tagBytes

/** Number of segments that `plain` bytes take. */
export const segmentCount = (plain: number): number =>
  plain <= firstPlainBytes ? 1 : 1 + Math.ceil((plain - firstPlainBytes) / plainBytes)

/** Length of the sealed stream of `plain` bytes. */
export const sealedLength = (plain: number): number => headerBytes + plain + segmentCount(plain) * tagBytes

/** The segment that holds plain byte `offset`. */
export const segmentAt = (offset: number): number =>
  offset < firstPlainBytes ? 0 : 1 + Math.floor((offset - firstPlainBytes) / plainBytes)

/** The first plain byte of a segment. */
export const plainStart = (segment: number): number =>
  segment === 0 ? 0 : firstPlainBytes + (segment - 1) * plainBytes

/** The first sealed byte of a segment, after the header for segment 0. */
export const sealedStart = (segment: number): number => (segment === 0 ? headerBytes : segment * segmentBytes)

/** Writes nonce `index` of a stream over the last five bytes of a 12-byte nonce that begins with its prefix. */
export const setNonce = (nonce: Buffer, index: number, last: boolean): void => {
  nonce.writeUInt32BE(index, prefixBytes)
  nonce[prefixBytes + 4] = last ? 1 : 0
}
