import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ctElements, type TrialEncoding, writeCt, writeDataSet } from './dicom/trial-dicom.ts'
import { sniff } from './sniff.ts'

const bare = (encoding: TrialEncoding): Buffer => writeDataSet(ctElements(encoding), encoding)
const preamble = Buffer.alloc(128)
const tiff = Buffer.from('II*\0\x08\0\0\0')

describe('sniff', () => {
  it.each([
    ['a Part 10 file', writeCt(), 'dicom'],
    ['an empty file', Buffer.alloc(0), 'other'],
    ['a bare explicit data set', bare('explicit'), 'dicom-bare'],
    ['a bare implicit data set', bare('implicit'), 'dicom-bare'],
    ['a bare big endian data set', bare('big'), 'dicom-bare'],
    ['a meta group without preamble', writeCt().subarray(132), 'dicom-bare'],
    [
      'a prefix without meta group',
      Buffer.concat([preamble, Buffer.from('DICM'), bare('explicit')]),
      'dicom',
    ],
    ['the prefix alone', Buffer.concat([preamble, Buffer.from('DICM')]), 'dicom'],
    ['a prefix before text', Buffer.concat([preamble, Buffer.from('DICM is a word')]), 'other'],
    ['a PDF', Buffer.from('%PDF-1.7\n'), 'pdf'],
    ['a PDF after 1,019 bytes', Buffer.from(`${' '.repeat(1019)}%PDF-1.7`), 'pdf'],
    ['a PDF after 1,020 bytes', Buffer.from(`${' '.repeat(1020)}%PDF-1.7`), 'other'],
    ['a DICOM file with a TIFF before it', Buffer.concat([tiff, writeCt().subarray(tiff.length)]), 'dicom'],
    ['a JPEG', Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'picture'],
    ['a JPEG that is a PDF too', Buffer.from('\xff\xd8\xff\xfe\0\x0a%PDF-1.7', 'latin1'), 'picture'],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'picture'],
    ['a TIFF', tiff, 'picture'],
    ['a BigTIFF', Buffer.from('MM\0+\0\x08\0\0'), 'picture'],
    ['a HEIC', Buffer.from('\0\0\0\x14ftypmif1\0\0\0\0heic'), 'picture'],
    ['an AVIF', Buffer.from('\0\0\0\x14ftypavif\0\0\0\0mif1'), 'picture'],
    ['a video', Buffer.from('\0\0\0\x14ftypmp42\0\0\0\0isom'), 'other'],
    ['zeros', Buffer.alloc(2000), 'other'],
    ['a program', Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0'), 'other'],
    ['group 8 before nonsense', Buffer.from('\x08\0\x05\0\xff\xff\xff\x7f rest', 'latin1'), 'other'],
  ])('takes %s for what it is', (_name, head, expected) => {
    expect(sniff(head)).toBe(expected)
  })

  it('takes a data set that holds the four letters at 128 by chance for a bare one', () => {
    const body = bare('explicit')
    const start = Buffer.concat([
      writeDataSet([{ tag: 0x00080000, vr: 'UL', value: Buffer.from([1, 0, 0, 0]) }]),
      writeDataSet([{ tag: 0x00080001, vr: 'LO', value: `${'x'.repeat(108)}DICMxx` }]),
      body,
    ])
    expect(start.toString('latin1', 128, 132)).toBe('DICM')
    expect(sniff(start)).toBe('dicom-bare')
  })

  it('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(['dicom', 'dicom-bare', 'picture', 'pdf', 'other']).toContain(sniff(Buffer.from(bytes)))
      }),
    )
  })
})
