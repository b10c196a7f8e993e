import { describe, expect, it } from 'vitest'
import { readHeic } from './heic.ts'

const number = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content)
  return Buffer.concat([number(body.length + 8, 4), Buffer.from(type), body])
}

const full = (type: string, version: number, ...content: readonly Buffer[]): Buffer =>
  box(type, number(version, 1), number(0, 3), ...content)

type Made = { readonly size?: number; readonly turns?: readonly Buffer[]; readonly exifAt?: number }

// One picture of 16 bytes and one Exif of 40; the numbers of the extents are known once the head is.
const write = ({ size = 64, turns = [], exifAt }: Made = {}): Buffer => {
  const lay = (data: number): Buffer => {
    const located = [
      [1, data, 16],
      [2, exifAt ?? data + 16, 40],
    ].map(([id = 0, at = 0, length = 0]) =>
      Buffer.concat([number(id, 2), number(0, 2), number(1, 2), number(at, 4), number(length, 4)]),
    )
    const item = (id: number, type: string): Buffer =>
      full('infe', 2, number(id, 2), number(0, 2), Buffer.from(`${type}\0`))
    const shape = full('ispe', 0, number(size, 4), number(size, 4))
    const indexes = [shape, ...turns].map((_, index) => number(index + 1, 1))
    const used = [number(1, 4), number(1, 2), number(indexes.length, 1), ...indexes]
    return full(
      'meta',
      0,
      full('pitm', 0, number(1, 2)),
      full('iinf', 0, number(2, 2), item(1, 'hvc1'), item(2, 'Exif')),
      box('iprp', box('ipco', shape, ...turns), full('ipma', 0, ...used)),
      full('iloc', 0, number(0x4400, 2), number(2, 2), ...located),
    )
  }
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0heic'))
  const data = ftyp.length + lay(0).length + 8
  return Buffer.concat([ftyp, lay(data), box('mdat', Buffer.alloc(16, 1), Buffer.alloc(40, 'Canary'))])
}

const turn = (value: number): Buffer => box('irot', number(value, 1))
const mirror = (value: number): Buffer => box('imir', number(value, 1))

describe('readHeic', () => {
  it.each([
    ['not turned', [], 1],
    ['turned left', [turn(1)], 8],
    ['turned half', [turn(2)], 3],
    ['turned right', [turn(3)], 6],
    ['mirrored left and right', [mirror(1)], 2],
    ['mirrored top and bottom', [mirror(0)], 4],
    ['turned right, then mirrored', [turn(3), mirror(1)], 5],
    ['mirrored, then turned right', [mirror(1), turn(3)], 7],
  ] as const)('knows a picture that is %s', (_name, turns, orientation) => {
    expect(readHeic(write({ turns }))).toMatchObject({ width: 64, height: 64, orientation })
  })

  it('blanks the Exif where it lies', () => {
    const bytes = write()
    const read = readHeic(bytes)
    expect(read).toMatchObject({ patches: [{ at: bytes.indexOf('Canary'), length: 40 }] })
  })

  it('blanks nothing when the Exif lies in the picture', () => {
    const bytes = write()
    expect(readHeic(write({ exifAt: bytes.length - 60 }))).toBe('PICTURE_DAMAGED')
  })

  it('measures before anything is decoded', () => {
    expect(readHeic(write({ size: 20_000 }))).toBe('PICTURE_LIMIT')
    expect(readHeic(write({ size: 0 }))).toBe('PICTURE_UNREADABLE')
  })
})
