/**
 * CRC-32 of two runs of bytes put together, from the CRC-32 of each: the CRC of a file that came in parts is
 * known without reading it again. Reflected polynomial 0xEDB88320 (ISO 3309, as in zlib and APPNOTE §4.4.7).
 */
const polynomial = 0xedb88320

/** The polynomials x⁰ and x⁸ in reflected form: the highest bit is x⁰. */
const one = 0x80000000
const oneByte = 0x00800000

/** `a` times `b` over GF(2), modulo the polynomial. */
const multiply = (a: number, b: number): number => {
  let product = 0
  let shifted = b
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= shifted
    shifted = (shifted & 1) !== 0 ? (shifted >>> 1) ^ polynomial : shifted >>> 1
  }
  return product >>> 0
}

/** x to the power of 8 × `bytes`: what `bytes` further bytes do to a CRC. */
const shiftBy = (bytes: number): number => {
  let power = one
  let square = oneByte
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = multiply(square, power)
    square = multiply(square, square)
  }
  return power
}

/**
 * The CRC-32 of A ‖ B. `crcA` and `crcB` are unsigned 32-bit numbers, `lengthB` is in bytes and may be past
 * 4 GiB. Takes about log₂(lengthB) steps.
 * @throws RangeError when `lengthB` is not a whole number ≥ 0.
 */
export const combineCrc32 = (crcA: number, crcB: number, lengthB: number): number => {
  if (!Number.isSafeInteger(lengthB) || lengthB < 0) throw new RangeError('length of a run of bytes')
  return (multiply(shiftBy(lengthB), crcA) ^ crcB) >>> 0
}
