/**
 * PNG: walks the chunks of a picture (ISO/IEC 15948 §5.3), opens its data and checks every filter byte. Chunks
 * that say how pixels look stay; all others, and what follows the end, become empty private chunks with the right
 * checksum. An EXIF that turns the picture keeps its orientation alone.
 */
import { crc32 } from 'node:zlib'
import { type Blanking, startBlanking } from './blanking.ts'
import { readOrientation, writeOrientation } from './exif.ts'
import { countInflated } from './inflated-bytes.ts'
import { type Decoded, isTooLarge, type PictureRead } from './picture.ts'

const kept: ReadonlySet<string> = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(
    ' ',
  ),
)
const samples = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
])
const depths: ReadonlySet<number> = new Set([1, 2, 4, 8, 16])
const signatureBytes = 8
/** Length, type and checksum of a chunk. */
const frameBytes = 12
const zeros = Buffer.alloc(65_536)
// Ancillary, private, safe to copy: no reader knows it and none minds it.
const blankType = Buffer.from('blNk')

const sumOfBlank = (length: number): Buffer => {
  let sum = crc32(blankType)
  for (let left = length; left > 0; left -= zeros.length)
    sum = crc32(zeros.subarray(0, Math.min(left, zeros.length)), sum)
  return writeNumber(sum)
}

const writeNumber = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

type Chunk = { readonly type: string; readonly at: number; readonly data: Buffer; readonly sound: boolean }

type Walk = { readonly chunks: readonly Chunk[]; readonly ended: boolean; readonly end: number }

const mostChunks = 1_000_000

const walkChunks = (bytes: Buffer): Walk => {
  const chunks: Chunk[] = []
  let at = signatureBytes
  while (at + frameBytes <= bytes.length && chunks.length < mostChunks) {
    const length = bytes.readUInt32BE(at)
    const end = at + frameBytes + length
    const type = bytes.toString('latin1', at + 4, at + 8)
    const data = bytes.subarray(at + 8, Math.min(end - 4, bytes.length))
    if (end > bytes.length) {
      chunks.push({ type, at, data, sound: false })
      return { chunks, ended: false, end: bytes.length }
    }
    const sound = crc32(bytes.subarray(at + 4, end - 4)) === bytes.readUInt32BE(end - 4)
    chunks.push({ type, at, data, sound })
    at = end
    if (type === 'IEND') return { chunks, ended: true, end: at }
  }
  return { chunks, ended: false, end: at }
}

const isWhole = ({ at, data }: Chunk, bytes: Buffer): boolean => at + frameBytes + data.length <= bytes.length

const blankRun = (blanking: Blanking, at: number, end: number): void => {
  const length = end - at - frameBytes
  blanking.blank(at, end - at - 4, Buffer.concat([writeNumber(length), blankType]))
  blanking.blank(end - 4, 4, sumOfBlank(length))
}

const keepOrientation = (blanking: Blanking, { at, data }: Chunk, orientation: number): void => {
  const bytes = Buffer.alloc(data.length)
  writeOrientation(orientation).copy(bytes)
  blanking.blank(at + 8, data.length, bytes.subarray(0, 26))
  blanking.blank(at + 8 + data.length, 4, writeNumber(crc32(bytes, crc32('eXIf'))))
}

const blankChunks = (bytes: Buffer, { chunks, end }: Walk, blanking: Blanking): number => {
  let orientation = 1
  let run: number | null = null
  const close = (at: number): void => {
    if (run !== null) blankRun(blanking, run, at)
    run = null
  }
  for (const chunk of chunks) {
    const { type, at, data } = chunk
    if (!isWhole(chunk, bytes)) {
      close(at)
      if (!kept.has(type)) blanking.blank(at + 8, bytes.length - at - 8)
      continue
    }
    const turned = type === 'eXIf' && orientation === 1 && data.length >= 26 ? readOrientation(data) : 1
    if (!kept.has(type) && turned === 1) run ??= at
    else close(at)
    if (turned === 1) continue
    orientation = turned
    keepOrientation(blanking, chunk, turned)
  }
  close(end)
  blanking.blank(end, bytes.length - end)
  return orientation
}

/** Rows of `bytes` each, with the filter byte before them. */
type Pass = { readonly rows: number; readonly bytes: number }

// ISO/IEC 15948 §8.2: first column and row, and the steps, of the seven passes of Adam7.
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

const listPasses = (width: number, height: number, bits: number, interlaced: boolean): Pass[] =>
  (interlaced ? adam7 : ([[0, 0, 1, 1]] as const))
    .map(([x, y, stepX, stepY]) => ({
      columns: Math.ceil((width - x) / stepX),
      rows: Math.ceil((height - y) / stepY),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0)
    .map(({ columns, rows }) => ({ rows, bytes: 1 + Math.ceil((columns * bits) / 8) }))

const checkPixels = async (parts: readonly Buffer[], passes: readonly Pass[]): Promise<Decoded> => {
  const most = passes.reduce((sum, { rows, bytes }) => sum + rows * bytes, 0)
  let pass = 0
  let row = 0
  let next = 0
  const look = (piece: Buffer, from: number): boolean => {
    while (next < from + piece.length && next < most) {
      if (piece.readUInt8(next - from) > 4) return false
      const { rows = 0, bytes = 1 } = passes[pass] ?? {}
      next += bytes
      row += 1
      if (row < rows) continue
      pass += 1
      row = 0
    }
    return true
  }
  const count = await countInflated(parts, most, look)
  if (count === 0) return 'unreadable'
  return count < most ? 'damaged' : 'whole'
}

/** Reads a picture that begins with the signature of PNG. */
export const readPng = (bytes: Buffer): PictureRead => {
  const walk = walkChunks(bytes)
  const [first] = walk.chunks
  if (first?.type !== 'IHDR' || first.data.length !== 13) return 'PICTURE_UNREADABLE'
  const [width, height] = [first.data.readUInt32BE(0), first.data.readUInt32BE(4)]
  const depth = first.data.readUInt8(8)
  const channels = samples.get(first.data.readUInt8(9))
  if (width === 0 || height === 0 || channels === undefined || !depths.has(depth)) return 'PICTURE_UNREADABLE'
  if (isTooLarge(width, height)) return 'PICTURE_LIMIT'
  const blanking = startBlanking(bytes)
  const orientation = blankChunks(bytes, walk, blanking)
  const sound = walk.ended && walk.chunks.every((chunk) => chunk.sound || !/^[A-Z]/.test(chunk.type))
  const passes = listPasses(width, height, depth * channels, first.data.readUInt8(12) === 1)
  const parts = walk.chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)
  return {
    width,
    height,
    orientation,
    patches: blanking.patches,
    decode: async () => {
      const decoded = await checkPixels(parts, passes)
      return decoded === 'whole' && !sound ? 'damaged' : decoded
    },
  }
}
