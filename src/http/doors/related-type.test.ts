/** The Content-Type of a store request, as the standard writes it and as clients do. */
import { describe, expect, it } from 'vitest'
import { readStoreForm } from './related-type.ts'

describe('readStoreForm', () => {
  it.each([
    ['multipart/related; type="application/dicom"; boundary=abc', 'abc'],
    ['multipart/related; type="application/dicom"; boundary="a b?c"', 'a b?c'],
    [
      'Multipart/Related;boundary=-------gc0p4Jq0M2Yt08jU534c0p;TYPE=application/dicom',
      '-------gc0p4Jq0M2Yt08jU534c0p',
    ],
    ['multipart/related; type=application/dicom; boundary=a; transfer-syntax=1.2.840.10008.1.2.4.70', 'a'],
    ['multipart/related; start="<1@x>"; start-info=x; type="application/dicom"; boundary=a;', 'a'],
    ['multipart/related; type="application/dicom; transfer-syntax=1.2"; boundary=a', 'a'],
    ['multipart/related; boundary=a', 'a'],
    // As Orthanc 1.10 writes it.
    [
      'multipart/related; type="application/dicom"; boundary=ffd596e4-836f-4c18-90eb-c446c89ae002-ffd596e4-836f-4c18-90eb-c446c89ae002',
      'ffd596e4-836f-4c18-90eb-c446c89ae002-ffd596e4-836f-4c18-90eb-c446c89ae002',
    ],
    [`multipart/related; type="application/dicom"; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
  ])('%s', (field, boundary) => {
    expect(readStoreForm(field)).toEqual({ boundary })
  })

  it.each([
    [undefined, 'other-type'],
    ['', 'other-type'],
    ['application/json', 'other-type'],
    ['multipart/form-data; boundary=a', 'other-type'],
    ['multipart/related; type="application/dicom+json"; boundary=a', 'other-type'],
    ['multipart/related; type="application/dicom+xml"; boundary=a', 'other-type'],
    ['multipart/related; type="application/octet-stream"; boundary=a', 'other-type'],
    [`multipart/related; x="${'y'.repeat(3_000)}"`, 'other-type'],
    ['multipart/related; type="application/dicom"', 'no-boundary'],
    ['multipart/related; type="application/dicom"; boundary=', 'no-boundary'],
    [`multipart/related; boundary=${'b'.repeat(129)}`, 'no-boundary'],
    ['multipart/related; boundary="a "', 'no-boundary'],
    ['multipart/related; boundary="a\nb"', 'no-boundary'],
    ['multipart/related; boundary=a; boundary=b', 'no-boundary'],
    ['multipart/related; boundary="a', 'no-boundary'],
  ])('refuses %s', (field, why) => {
    expect(readStoreForm(field)).toBe(why)
  })

  it('takes one file alone', () => {
    expect(readStoreForm('application/dicom; transfer-syntax=1.2.840.10008.1.2.1')).toBe('one-file')
  })
})
