import { crc32 as nodes } from 'node:zlib'
import { crc32 as native } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32 } from './crc32.ts'

it('is the native one where there is a build for this machine', () => {
  expect(crc32).toBe(native)
})

it('has the check value of the catalogue', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array())).toBe(0)
})

it('says what Node says, of any bytes in any two pieces, wherever they lie in memory', () => {
  const bytes = fc.uint8Array({ maxLength: 3_000 })
  fc.assert(
    fc.property(bytes, fc.nat(), fc.nat(64), (all, cut, start) => {
      const moved = new Uint8Array(start + all.length).subarray(start)
      moved.set(all)
      const at = cut % (all.length + 1)
      const first = crc32(moved.subarray(0, at))
      expect(first).toBe(nodes(moved.subarray(0, at)))
      expect(crc32(moved.subarray(at), first)).toBe(nodes(all))
    }),
  )
})
