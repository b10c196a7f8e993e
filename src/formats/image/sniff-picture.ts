/** Sniff picture: says from the first bytes which kind of picture a file is; its name is never asked. */

/** `avif` is recognised so that it can be refused in words. */
export type PictureFormat = 'jpeg' | 'png' | 'tiff' | 'heic' | 'avif'

const pngMagic = Buffer.from('89504e470d0a1a0a', 'hex')
const tiffMagics = ['49492a00', '4d4d002a', '49492b00', '4d4d002b'].map((hex) => Buffer.from(hex, 'hex'))
const heicBrands: ReadonlySet<string> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'mif1',
  'msf1',
  'heif',
])
const mostBrands = 32

const startsWith = (head: Buffer, magic: Buffer): boolean => head.subarray(0, magic.length).equals(magic)

// ISO/IEC 14496-12 §4.3: size, 'ftyp', major brand, version, compatible brands.
const sniffBrands = (head: Buffer): PictureFormat | null => {
  if (head.length < 12 || head.toString('latin1', 4, 8) !== 'ftyp') return null
  const end = Math.min(head.readUInt32BE(0), head.length, 16 + mostBrands * 4)
  const brands = [head.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4))
  const [major = ''] = brands
  if (brands.includes('avif') || brands.includes('avis'))
    return heicBrands.has(major) && brands.includes('heic') ? 'heic' : 'avif'
  return heicBrands.has(major) || brands.includes('heic') ? 'heic' : null
}

/** Says which picture begins with `head`, or null; 144 bytes are enough. */
export const sniffPicture = (head: Buffer): PictureFormat | null => {
  if (head.length >= 3 && head.readUIntBE(0, 3) === 0xffd8ff) return 'jpeg'
  if (startsWith(head, pngMagic)) return 'png'
  if (tiffMagics.some((magic) => startsWith(head, magic))) return 'tiff'
  return sniffBrands(head)
}
