import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameCollector } from './child-process.ts'
import { frameHeader, frameKinds, mostReadBytes, parseFrameHeader, parseRead, writeRead } from './frames.ts'

describe('frames', () => {
  it('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (bytes, step) => {
          const collect = frameCollector()
          const whole = Buffer.concat([frameHeader(frameKinds.done, bytes.length), bytes])
          const got = []
          for (let at = 0; at < whole.length; at += step) got.push(collect(whole.subarray(at, at + step)))
          const before = got.slice(1).map(() => 'more')
          expect(got).toEqual([...before, { kind: frameKinds.done, payload: Buffer.from(bytes) }])
        },
      ),
    )
  })

  it.each([
    [frameKinds.ready, 1],
    [frameKinds.read, 11],
    [frameKinds.read, 13],
    [frameKinds.done, 0],
    [frameKinds.done, 2_097_153],
    [frameKinds.bytes, mostReadBytes + 1],
    [frameKinds.inspect, 65_545],
  ])('of kind %i with %i bytes are refused', (kind, length) => {
    expect(parseFrameHeader(frameHeader(kind, length))).toBeNull()
  })

  it('may not bring a second one along', () => {
    const frame = frameHeader(frameKinds.ready, 0)
    expect(frameCollector()(Buffer.concat([frame, frame]))).toBeNull()
  })

  it('ask only for bytes inside the file', () => {
    fc.assert(
      fc.property(fc.double(), fc.nat(3_000_000), fc.nat(5_000_000), (offset, length, size) => {
        const wanted = parseRead(writeRead(offset, length), size)
        const inside = Number.isInteger(offset) && offset >= 0 && offset + length <= size
        expect(wanted !== null).toBe(inside && length > 0 && length <= mostReadBytes)
      }),
    )
    expect(parseRead(writeRead(10, 20), 30)).toEqual({ offset: 10, length: 20 })
  })
})
