/** Writes a picture of grey or coloured bytes as PNG (ISO/IEC 15948), with no text and no date in it. */
import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'

const pack = promisify(deflate)

/** Rows from the top, `samples` bytes a pixel: 1 for grey, 3 for red, green and blue. */
export type PlainPicture = {
  readonly width: number
  readonly height: number
  readonly samples: 1 | 3
  readonly bytes: Buffer
}

const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** The file. */
export const writePng = async ({ width, height, samples, bytes }: PlainPicture): Promise<Buffer> => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head[8] = 8
  head[9] = samples === 1 ? 0 : 2
  const row = width * samples
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((row + 1) * height)
  for (let y = 0; y < height; y += 1) bytes.copy(rows, y * (row + 1) + 1, y * row, (y + 1) * row)
  const data = await pack(rows, { level: 5 })
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}
