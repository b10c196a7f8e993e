import { describe, expect, it } from 'vitest'
import { readStored } from './reply.ts'

const item = (uid: unknown, code?: number) => ({
  '00081155': { vr: 'UI', Value: [uid] },
  ...(code === undefined ? {} : { '00081197': { vr: 'US', Value: [code] } }),
})
const body = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

describe('readStored', () => {
  it('tells what is there from what was refused, and believes the worse of two words', () => {
    const read = readStored(
      body({
        '00081199': { vr: 'SQ', Value: [item('1.2'), item('1.3'), item('1.5 ')] },
        '00081198': { vr: 'SQ', Value: [item('1.3', 0xa700), item('1.4')] },
      }),
    )
    expect(read.stored).toEqual(new Set(['1.2', '1.5']))
    expect(read.refused).toEqual(
      new Map([
        ['1.3', 0xa700],
        ['1.4', null],
      ]),
    )
  })

  it.each([
    Buffer.from(''),
    Buffer.from('<NativeDicomModel/>'),
    body(null),
    body([]),
    body({ '00081199': null }),
    body({ '00081199': { Value: 'x' } }),
    body({ '00081199': { Value: [null, {}, item(7)] } }),
  ])('takes nothing for stored that was not named: %s', (bytes) => {
    const { stored, refused } = readStored(bytes)
    expect([stored.size, refused.size]).toEqual([0, 0])
  })
})
