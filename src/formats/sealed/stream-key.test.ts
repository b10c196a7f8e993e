/** The key of a stream: the vectors of RFC 5869, and another implementation. */
import { hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKey, deriveStreamKey } from './stream-key.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')

test.each([
  [
    'A.1',
    '0b'.repeat(22),
    '000102030405060708090a0b0c',
    'f0f1f2f3f4f5f6f7f8f9',
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf',
  ],
  ['A.3', '0b'.repeat(22), '', '', '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d'],
])('RFC 5869 %s, as far as we take its output', (_, key, salt, info, expected) => {
  expect(deriveKey(hex(key), hex(salt), hex(info)).toString('hex')).toBe(expected)
})

test('is what Node derives, for any key, salt and text', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ minLength: 0, maxLength })
  fc.assert(
    fc.property(bytes(200), bytes(64), fc.string({ maxLength: 400, unit: 'binary' }), (key, salt, text) => {
      const expected = Buffer.from(hkdfSync('sha256', key, salt, text, 32))
      expect(deriveKey(key, salt, Buffer.from(text, 'utf8'))).toEqual(expected)
      expect(deriveStreamKey(key, salt, text).export()).toEqual(expected)
    }),
  )
})

test('nothing of one derivation is in the next, nor is what it was given changed', () => {
  const key = randomBytes(32)
  const salt = randomBytes(32)
  const before = Buffer.concat([key, salt])
  const once = deriveKey(key, salt, Buffer.from('a text that is longer than the next'))
  deriveKey(randomBytes(64), randomBytes(64), Buffer.from('b'))
  expect(deriveKey(key, salt, Buffer.from('a text that is longer than the next'))).toEqual(once)
  expect(Buffer.concat([key, salt])).toEqual(before)
})

test('a salt that would have to be hashed first is refused', () => {
  expect(() => deriveKey(randomBytes(32), randomBytes(65), Buffer.alloc(0))).toThrow(RangeError)
})
