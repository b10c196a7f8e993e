/** The box, read back by a second reader (Web Crypto), and broken in every way. */
import { createSecretKey, randomBytes, webcrypto } from 'node:crypto'
import { assert, asyncProperty, nat, property, string, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boxOverhead, openBox, sealBox } from './box.ts'

const key = createSecretKey(randomBytes(32))

describe('box', () => {
  it('opens to what was sealed, for any bytes and any associated text', () => {
    assert(
      property(uint8Array({ maxLength: 500 }), string({ unit: 'grapheme' }), (plain, associated) => {
        const box = sealBox(key, plain, associated)
        expect(box.length).toBe(plain.length + boxOverhead)
        expect(openBox(key, box, associated).equals(plain)).toBe(true)
      }),
    )
  })

  it('is readable from its description alone, with another implementation', async () => {
    const raw = randomBytes(32)
    const reader = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
    await assert(
      asyncProperty(uint8Array({ maxLength: 100 }), async (plain) => {
        const box = sealBox(createSecretKey(raw), plain, 'second-read/1/é')
        const opened = await webcrypto.subtle.decrypt(
          {
            name: 'AES-GCM',
            iv: new Uint8Array(box.subarray(0, 12)),
            additionalData: new TextEncoder().encode('second-read/1/é'),
          },
          reader,
          new Uint8Array(box.subarray(12)),
        )
        expect(Buffer.from(opened).equals(plain)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 1000 }, () =>
      sealBox(key, Buffer.alloc(0), '').toString('hex', 0, 12),
    )
    expect(new Set(nonces).size).toBe(1000)
  })

  it('notices any changed bit', () => {
    const box = sealBox(key, Buffer.from('born 1970'), 'facts')
    assert(
      property(nat(box.length * 8 - 1), (bit) => {
        const changed = Buffer.from(box)
        changed[bit >> 3] = changed.readUInt8(bit >> 3) ^ (1 << (bit & 7))
        expect(() => openBox(key, changed, 'facts')).toThrow('store.damaged')
      }),
    )
  })

  it('notices other associated data, another key, a cut and a short box', () => {
    const box = sealBox(key, Buffer.from('born 1970'), 'facts/1')
    expect(() => openBox(key, box, 'facts/2')).toThrow('store.damaged')
    expect(() => openBox(createSecretKey(randomBytes(32)), box, 'facts/1')).toThrow('store.damaged')
    for (let length = 0; length < box.length; length++)
      expect(() => openBox(key, box.subarray(0, length), 'facts/1')).toThrow('store.damaged')
  })
})
