import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CharsetRemark, textReader } from './character-set.ts'

const read = (value: Buffer | string, charset: string | null = null): string[] => {
  const codes = new Set<CharsetRemark>()
  const text = textReader(charset, codes)(Buffer.from(value))
  return [text, ...codes]
}

describe('textReader', () => {
  it.each([
    [Buffer.from('Müller', 'latin1'), 'ISO_IR 100', ['Müller']],
    [Buffer.from('Müller'), 'ISO_IR 192', ['Müller']],
    [Buffer.from('Müller'), null, ['Müller', 'CHARSET_PROBABLY_UTF8']],
    [Buffer.from('Müller'), 'ISO_IR 100', ['Müller', 'CHARSET_PROBABLY_UTF8']],
    [Buffer.from('Müller', 'latin1'), null, ['Müller', 'CHARSET_UNDECLARED']],
    [Buffer.from([0xbb, 0xee, 0xda]), 'ISO_IR 144', ['Люк']],
    [Buffer.from([0xcd, 0xf5, 0x5e, 0xd0, 0xa1]), 'GB18030', ['王^小']],
    [Buffer.from('Müller', 'latin1'), 'ISO_IR 192', ['Müller', 'CHARSET_INVALID']],
    [Buffer.from('\x1b$BAB'), '\\ISO 2022 IR 87', ['疎']],
    [Buffer.from('\x1b$BAB'), null, ['疎', 'CHARSET_UNDECLARED']],
    [Buffer.from('\x1b$BAB'), 'ISO_IR 192', ['疎', 'CHARSET_INVALID']],
    [Buffer.from('\x1b$wAB'), '\\ISO 2022 IR 87', ['AB', 'CHARSET_UNKNOWN']],
    [Buffer.from('\x1b'), '\\ISO 2022 IR 87', ['', 'CHARSET_UNKNOWN']],
    [Buffer.from('Müller', 'latin1'), 'ISO-IR 100', ['Müller']],
    [Buffer.from('Müller'), 'utf-8', ['Müller']],
    [Buffer.from([0xb1, 0xb2]), 'ISO_IR 13', ['ｱｲ']],
    [Buffer.from([0xc2, 0xb1, 0xc2, 0xb2]), 'ISO_IR 13', ['ﾂｱﾂｲ']],
    [Buffer.from('Müller', 'latin1'), 'ISO_IR 999', ['Müller', 'CHARSET_UNKNOWN']],
  ])('reads %s as %s', (value, charset, expected) => {
    expect(read(value, charset)).toEqual(expected)
  })

  it('never fails, whatever the bytes and the set', () => {
    const sets = [null, '\\ISO 2022 IR 87', 'ISO 2022 IR 13\\ISO 2022 IR 159', 'GB18030', 'ISO_IR 192', 'x']
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...sets), (bytes, set) => {
        const switched = Buffer.concat([Buffer.from('\x1b$'), Buffer.from(bytes)])
        for (const value of [Buffer.from(bytes), switched])
          expect((read(value, set)[0] ?? '').length).toBeLessThanOrEqual(256)
      }),
    )
  })

  it('keeps markup as text, without what cannot be seen, and short', () => {
    expect(read('<img src=x onerror=alert(1)>\r\n\0\x07')).toEqual(['<img src=x onerror=alert(1)>'])
    expect(read('x'.repeat(5000))).toEqual(['x'.repeat(256)])
    expect(read('a\u202egpj.exe', 'ISO_IR 192')).toEqual(['agpj.exe'])
    expect(read('😀'.repeat(300), 'ISO_IR 192')).toEqual(['😀'.repeat(128)])
  })
})
