import { describe, expect, it } from 'vitest'
import { type Cover, writeReadme } from './cover.ts'
import { placeItems } from './file-set.ts'
import { sampleId, sampleItem } from './sample-case.ts'

const cover: Cover = {
  case: sampleId(0xca5e) as never,
  revision: 3,
  institution: 'Universitätsklinik\r\nŁódź 病院',
  contact: 'desk@hospital.example',
  software: 'Second Read 0.1.0',
  keys: 'https://hospital.example/.well-known/jwks.json',
}
const set = placeItems([sampleItem(1, 'pdf'), sampleItem(2, 'dicom', {}), sampleItem(3, 'dicom', {})])

describe('writeReadme', () => {
  const bytes = writeReadme(cover, set, 0)
  const text = bytes.toString('latin1')

  it('is ASCII with CRLF lines that fit a small window', () => {
    expect(bytes.every((byte) => byte === 10 || byte === 13 || (byte >= 32 && byte < 127))).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(text.endsWith('\r\n')).toBe(true)
    for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76)
    expect(text).toContain('Handed out by: Universitatsklinik ?odz ??\r\n')
  })

  it('says which profile the images keep, and what the directory does not name', () => {
    expect(text).toContain('profile STD-GEN-ZIP-MAIL')
    expect(text).not.toContain('does not name')
    const jpeg = placeItems([
      sampleItem(2, 'dicom', { transferSyntax: '1.2.840.10008.1.2.4.90' }),
      sampleItem(3, 'dicom', {}),
    ])
    const other = writeReadme(cover, jpeg, 1).toString('latin1')
    expect(other).toContain('It does not name 1 file of the folder DICOM')
    expect(other).toContain('STD-GEN-USB-J2K')
    for (const line of other.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76)
    expect(writeReadme(cover, placeItems([]), 0).toString('latin1')).not.toContain('DICOMDIR      ')
  })

  it('says what is there, how to look and how to check', () => {
    for (const words of [
      '2 files of 1 study',
      '1 document\r\n',
      'IHE_PDI/HINDI.HTM',
      './scripts/verify',
      'INDEX.HTM',
      'sha256sum',
      'certutil',
      'MANIFEST.JWS',
      'changed on its way out',
    ])
      expect(text).toContain(words)
    for (const words of [
      'not for primary diagnosis',
      'No viewer program is included',
      cover.keys,
      cover.case,
    ])
      expect(text).toContain(words)
  })
})
