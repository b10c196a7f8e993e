/** `Content-Digest` as tables (RFC 9530 §2, RFC 8941). */
import { describe, expect, it } from 'vitest'
import { readDigest } from './content-digest.ts'

const one = Buffer.alloc(32, 1).toString('base64')
const two = Buffer.alloc(32, 2).toString('base64')

describe('readDigest', () => {
  it.each([
    [`sha-256=:${one}:`, one],
    [`md5=:AAAA:, sha-256=:${one}:;q=1, unixsum=:AA==:`, one],
    [`sha-256=:${one}:,sha-256=:${two}:`, two],
    [`sha-512=:AAAA:`, null],
    [`SHA-256=:${one}:`, null],
    [`sha-256=${one}`, null],
    [`sha-256=:${one}`, null],
    [`sha-256=:${one}:x`, null],
    [`xsha-256=:${one}:`, null],
    ['', null],
    [undefined, null],
  ])('%s', (field, digest) => {
    expect(readDigest(field)?.toString('base64') ?? null).toBe(digest)
  })
})
