/**
 * EXIF: the one entry of it that a viewer needs, and an EXIF that holds nothing else. EXIF is a small TIFF
 * (CIPA DC-008 §4.5) whose first directory may say how the picture is turned.
 */

const orientationTag = 0x0112
const shortType = 3
const mostEntries = 1_024

/** Orientation 1–8 of the EXIF in `tiff`, which begins with its byte order; 1 when it does not say. */
export const readOrientation = (tiff: Buffer): number => {
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return 1
  const u16 = (at: number): number => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const first = order === 'II' ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (first + 2 > tiff.length) return 1
  const entries = Math.min(u16(first), mostEntries)
  for (let at = first + 2; at < first + 2 + entries * 12 && at + 12 <= tiff.length; at += 12) {
    if (u16(at) !== orientationTag || u16(at + 2) !== shortType) continue
    const value = u16(at + 8)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** A big endian TIFF whose one directory says the orientation and nothing else: 26 bytes. */
export const writeOrientation = (orientation: number): Buffer => {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex')
  tiff.writeUInt16BE(orientation, 18)
  return tiff
}
