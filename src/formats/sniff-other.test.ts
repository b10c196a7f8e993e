import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isVerdictCode } from '#domain/verdict.ts'
import { sniffOther } from './sniff-other.ts'

const tell = (bytes: Buffer): Promise<string> =>
  sniffOther(
    { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) },
    bytes.subarray(0, 16_384),
  )

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const ftyp = (brand: string): Buffer => latin1(`\0\0\0\x18ftyp${brand}\0\0\0\0`)

/** A compound file whose directory, `sectors` into it, holds these names. */
const ole = (names: readonly string[], sectors = 1, root = Buffer.alloc(16)): Buffer => {
  const bytes = Buffer.alloc(512 * (sectors + 2))
  latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1').copy(bytes)
  bytes.writeUInt16LE(9, 30)
  bytes.writeUInt32LE(sectors, 48)
  const at = 512 * (sectors + 1)
  for (const [i, name] of ['Root Entry', ...names].entries()) bytes.write(name, at + 128 * i, 'utf16le')
  root.copy(bytes, at + 80)
  return bytes
}

describe('what is no record is told by its content', () => {
  it.each<[string, Buffer, string]>([
    ['a Windows program', latin1('MZ\x90\0\x03\0\0\0'), 'LEFT_OUT_PROGRAM'],
    ['a Linux program', latin1('\x7fELF\x02\x01'), 'LEFT_OUT_PROGRAM'],
    ['a Mac program', latin1('\xcf\xfa\xed\xfe\x07'), 'LEFT_OUT_PROGRAM'],
    ['a Java class', latin1('\xca\xfe\xba\xbe\0\0\0\x34'), 'LEFT_OUT_PROGRAM'],
    ['a script', latin1('#!/bin/sh\n'), 'LEFT_OUT_PROGRAM'],
    ['a batch file', latin1('@ECHO OFF\r\nstart viewer.exe'), 'LEFT_OUT_PROGRAM'],
    ['a shortcut', latin1('\x4c\0\0\0\x01\x14\x02\0\0\0'), 'LEFT_OUT_PROGRAM'],
    ['autorun.inf', latin1('\r\n[AutoRun]\r\nopen=viewer.exe'), 'LEFT_OUT_PROGRAM'],
    ['autorun.inf in UTF-16', Buffer.from('\ufeff[autorun]\r\n', 'utf16le'), 'LEFT_OUT_PROGRAM'],
    ['an installer', ole([], 1, Buffer.from('84100c0000000000c000000000000046', 'hex')), 'LEFT_OUT_PROGRAM'],
    ['Thumbs.db', ole(['1', 'Catalog']), 'LEFT_OUT_SYSTEM'],
    ['a newer Thumbs.db with its directory far behind', ole(['256_0123456789abcdef'], 99), 'LEFT_OUT_SYSTEM'],
    ['.DS_Store', latin1('\0\0\0\x01Bud1\0\0'), 'LEFT_OUT_SYSTEM'],
    ['AppleDouble', latin1('\0\x05\x16\x07\0\x02\0\0'), 'LEFT_OUT_SYSTEM'],
    ['desktop.ini', latin1('[.ShellClassInfo]\r\nIconFile=x'), 'LEFT_OUT_SYSTEM'],
    ['the icon of a disc', latin1(`\0\0\x01\0\x01\0\x20\x20\0\0\x01\0${'\0'.repeat(20)}`), 'LEFT_OUT_SYSTEM'],
    ['an old Word document', ole(['WordDocument', '1Table']), 'OFFICE_DOCUMENT'],
    ['half an old Word document', ole(['WordDocument']).subarray(0, 600), 'OFFICE_DOCUMENT'],
    ['RTF', latin1('{\\rtf1\\ansi hello}'), 'OFFICE_DOCUMENT'],
    ['MP4', ftyp('isom'), 'VIDEO_OR_SOUND'],
    ['QuickTime', ftyp('qt  '), 'VIDEO_OR_SOUND'],
    ['AVI', latin1('RIFF\0\0\0\0AVI LIST'), 'VIDEO_OR_SOUND'],
    ['WAVE', latin1('RIFF\0\0\0\0WAVEfmt '), 'VIDEO_OR_SOUND'],
    ['Matroska', latin1('\x1a\x45\xdf\xa3\x01'), 'VIDEO_OR_SOUND'],
    ['MP3 with a tag', latin1('ID3\x04\0'), 'VIDEO_OR_SOUND'],
    ['MP3', latin1('\xff\xfb\x90\0'), 'VIDEO_OR_SOUND'],
    ['Ogg', latin1('OggS\0'), 'VIDEO_OR_SOUND'],
    ['a dictation', latin1('#!AMR\n'), 'VIDEO_OR_SOUND'],
    ['AVIF', ftyp('avif'), 'PICTURE_UNSUPPORTED'],
    ['GIF', latin1('GIF89a'), 'PICTURE_UNSUPPORTED'],
    ['BMP', latin1(`BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0${'\0'.repeat(8)}`), 'PICTURE_UNSUPPORTED'],
    ['WEBP', latin1('RIFF\0\0\0\0WEBPVP8 '), 'PICTURE_UNSUPPORTED'],
    ['Photoshop', latin1('8BPS\0\x01'), 'PICTURE_UNSUPPORTED'],
    ['SVG', latin1('<?xml version="1.0"?>\n<svg xmlns="x"/>'), 'PICTURE_UNSUPPORTED'],
    ['a web page', latin1('<!DOCTYPE html><html>'), 'TEXT_FILE'],
    ['XML', latin1('<?xml version="1.0"?><ClinicalDocument/>'), 'TEXT_FILE'],
    ['a style sheet', latin1('body { color: red }'), 'TEXT_FILE'],
    ['plain words', latin1('To see the images start VIEWER.EXE.\r\n'), 'TEXT_FILE'],
    ['German in an old alphabet', latin1('Sehr geehrter Herr M\xfcller, hier sind die Bilder'), 'TEXT_FILE'],
    [
      'text cut inside a character',
      Buffer.concat([Buffer.alloc(16_383, 'a'), Buffer.from('ü and more')]),
      'TEXT_FILE',
    ],
    ['noise', latin1('\x01\x92\xfe\x03\x88\0\0\xa7\x11'), 'NOT_DICOM_OR_PDF'],
    ['zeros', Buffer.alloc(2_000), 'NOT_DICOM_OR_PDF'],
  ])('%s', async (_name, bytes, code) => {
    expect(await tell(bytes)).toBe(code)
  })

  it('anything at all', async () => {
    const start = fc.constantFrom('', 'BM', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '\0\0\x01\0', '\xff\xfe')
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 700 }), async (magic, rest) => {
        expect(isVerdictCode(await tell(Buffer.concat([latin1(magic), rest])))).toBe(true)
      }),
    )
  })
})
