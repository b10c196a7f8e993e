/** Key wrap against the published vector and against every single changed byte. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { unwrapKey, wrapKey } from './key-wrap.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const faultOf = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (fault) {
    return fault instanceof Fault ? fault.code : fault
  }
}

describe('key wrap', () => {
  const kek = createSecretKey(hex('000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F'))
  const key = hex('00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F')
  const wrapped = hex('28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21')

  it('is the vector of RFC 3394 §4.6', () => {
    expect(wrapKey(kek, key).equals(wrapped)).toBe(true)
    expect(unwrapKey(kek, wrapped).equals(key)).toBe(true)
  })

  it('notices every changed byte', () => {
    for (let at = 0; at < wrapped.length; at++) {
      const changed = Buffer.from(wrapped)
      changed[at] = changed.readUInt8(at) ^ 1
      expect(faultOf(() => unwrapKey(kek, changed))).toBe('store.damaged')
    }
  })

  it('does not open under another key', () => {
    expect(faultOf(() => unwrapKey(createSecretKey(randomBytes(32)), wrapped))).toBe('store.damaged')
  })

  it.each([0, 8, 16, 24, 32, 39, 41, 48])('refuses %i wrapped bytes', (length) => {
    expect(faultOf(() => unwrapKey(kek, Buffer.alloc(length)))).toBe('store.damaged')
  })

  it('wraps nothing but 32 bytes', () => {
    expect(faultOf(() => wrapKey(kek, Buffer.alloc(16)))).toBe('internal')
  })
})
