/** Names of strangers in a header: nothing that misleads, breaks the field or leaves the folder. */
import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachment } from './attachment.ts'

describe('attachment', () => {
  it.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['CD/DICOM/IMG1', 'attachment; filename="IMG1"'],
    ['..\\..\\evil.exe', 'attachment; filename="evil.exe"'],
    ['a"; filename="b', 'attachment; filename="a___filename__b"; filename*=UTF-8\'\'a_%3B%20filename%3D_b'],
    ['a\r\nSet-Cookie: x', 'attachment; filename="aSet-Cookie__x"; filename*=UTF-8\'\'aSet-Cookie_%20x'],
    ['x\u202egpj.exe', 'attachment; filename="xgpj.exe"'],
    ['..', 'attachment; filename="fallback"'],
    [null, 'attachment; filename="fallback"'],
    ['छ.dcm', 'attachment; filename="_.dcm"; filename*=UTF-8\'\'%E0%A4%9B.dcm'],
  ])('%s', (name, expected) => {
    expect(attachment(name, 'fallback')).toBe(expected)
  })

  it('is one line of ASCII of bounded length for any name', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 2_000 }), (name) => {
        expect(attachment(name, 'fallback')).toMatch(/^[\x20-\x7e]{1,700}$/)
      }),
    )
  })
})
