import { describe, expect, it } from 'vitest'
import type { VerdictCode } from '#domain/verdict.ts'
import { textReader } from './character-set.ts'

const read = (value: Buffer | string, charset: string | null = null): string[] => {
  const codes = new Set<VerdictCode>()
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
    [Buffer.from('Müller', 'latin1'), 'ISO_IR 192', ['M\ufffdller', 'CHARSET_INVALID']],
    [Buffer.from('\x1b$BAB'), '\\ISO 2022 IR 87', ['$BAB', 'CHARSET_UNKNOWN']],
    [Buffer.from('Müller', 'latin1'), 'ISO_IR 999', ['Müller', 'CHARSET_UNKNOWN']],
  ])('reads %s as %s', (value, charset, expected) => {
    expect(read(value, charset)).toEqual(expected)
  })

  it('keeps markup as text, without what cannot be seen, and short', () => {
    expect(read('<img src=x onerror=alert(1)>\r\n\0\x07')).toEqual(['<img src=x onerror=alert(1)>'])
    expect(read('x'.repeat(5000))).toEqual(['x'.repeat(256)])
    expect(read('a\u202egpj.exe', 'ISO_IR 192')).toEqual(['agpj.exe'])
    expect(read('😀'.repeat(300), 'ISO_IR 192')).toEqual(['😀'.repeat(128)])
  })
})
