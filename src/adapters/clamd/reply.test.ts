/** Every reply of clamd, and what is none: only one of them means clean. */
import { describe, expect, it } from 'vitest'
import { factsOf, verdictOf } from './reply.ts'

describe('the reply to a stream', () => {
  it.each([
    ['stream: OK', 'clean'],
    ['stream: Heuristics.Encrypted.Zip FOUND', 'password'],
    ['stream: Heuristics.Encrypted.PDF FOUND', 'password'],
    ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND', 'limit'],
    ['INSTREAM size limit exceeded. ERROR', 'limit'],
    ['stream: Win.Test.EICAR_HDB-1 FOUND', { found: 'Win.Test.EICAR_HDB-1' }],
    ['stream: Heuristics.Phishing.Email FOUND', { found: 'Heuristics.Phishing.Email' }],
    ['stream: Odd name\u0007 FOUND', { found: 'Odd_name_' }],
  ])('%s', (reply, verdict) => {
    expect(verdictOf(reply)).toEqual(verdict)
  })

  it.each([
    '',
    'OK',
    'stream: OK ',
    ' stream: OK',
    'stream: OK\n',
    'stream: OK\0stream: OK',
    'stream:OK',
    'stream: ok',
    'stream: FOUND',
    'stream:  FOUND',
    'stream: Eicar FOUND OK',
    'other: OK',
    "stream: Can't allocate memory ERROR",
    'COMMAND READ TIMED OUT',
    'UNKNOWN COMMAND',
    'PONG',
  ])('that is no answer: %j', (reply) => {
    expect(verdictOf(reply)).toBeNull()
  })

  it('a name is cut and plain, however it came', () => {
    const verdict = verdictOf(`stream: ${'x'.repeat(4_000)} FOUND`)
    expect(verdict).toEqual({ found: 'x'.repeat(120) })
  })
})

describe('the version', () => {
  it('has the day of its signatures where there are any', () => {
    expect(factsOf('ClamAV 1.4.3/27645/Tue May 27 08:29:31 2025')).toEqual({
      version: 'ClamAV 1.4.3',
      signaturesFrom: new Date('2025-05-27T08:29:31Z'),
    })
    expect(factsOf('ClamAV 1.4.6')).toEqual({ version: 'ClamAV 1.4.6', signaturesFrom: null })
    expect(factsOf('ClamAV 1.4.6/1/yesterday')?.signaturesFrom).toBeNull()
  })

  it.each(['', 'PONG', 'nginx 1.2', `ClamAV ${'1'.repeat(99)}`])('is none: %j', (reply) => {
    expect(factsOf(reply)).toBeNull()
  })
})
