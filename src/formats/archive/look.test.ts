import { describe, expect, it } from 'vitest'
import { type TrialEntry, trialZip } from '#fixtures/archive.ts'
import { trialDisc } from '#fixtures/disc-image.ts'
import { lookIntoArchive, readArchive } from './look.ts'
import { rangeOf, takeAll } from './trial-archive.ts'

const look = (bytes: Buffer) => lookIntoArchive(rangeOf(bytes), bytes.subarray(0, 16_384))

const named = (...names: string[]): TrialEntry[] => names.map((name) => ({ name, bytes: Buffer.from(name) }))

const disc = trialDisc({ name: '', files: [{ name: 'a', bytes: Buffer.from('a') }] })

const placed = (bytes: Buffer, at: number, text: string): Buffer => {
  const changed = Buffer.from(bytes)
  changed.write(text, at, 'latin1')
  return changed
}

describe('an archive', () => {
  it.each<[string, Buffer, string, string[]]>([
    ['a ZIP', trialZip(named('a.dcm')), 'archive', []],
    ['an empty ZIP', trialZip([]), 'archive', []],
    ['a ZIP with a viewer taken apart', trialZip(named('DICOM/1', 'META-INF/MANIFEST.MF')), 'archive', []],
    [
      'a ZIP of which half is locked',
      trialZip([{ name: 'a', encrypted: true }, { name: 'b' }]),
      'archive',
      [],
    ],
    [
      'a locked ZIP',
      trialZip([{ name: 'd/' }, { name: 'a', encrypted: true }]),
      'archive',
      ['ARCHIVE_PASSWORD'],
    ],
    ['a ZIP packed in another way', trialZip([{ name: 'a', method: 9 }]), 'archive', ['ARCHIVE_UNSUPPORTED']],
    ['half a ZIP', trialZip(named('a.dcm')).subarray(0, 50), 'archive', ['ARCHIVE_UNREADABLE']],
    ['a Word document', trialZip(named('[Content_Types].xml', '_rels/.rels')), 'other', ['OFFICE_DOCUMENT']],
    [
      'another Word document',
      trialZip(named('word/a.xml', '[Content_Types].xml')),
      'other',
      ['OFFICE_DOCUMENT'],
    ],
    [
      'half a Word document',
      trialZip(named('[Content_Types].xml', 'word/a.xml')).subarray(0, 80),
      'other',
      ['OFFICE_DOCUMENT'],
    ],
    ['an OpenDocument', trialZip(named('mimetype', 'content.xml')), 'other', ['OFFICE_DOCUMENT']],
    ['a Java program', trialZip(named('META-INF/MANIFEST.MF', 'A.class')), 'other', ['LEFT_OUT_PROGRAM']],
    [
      'an Android program',
      trialZip(named('AndroidManifest.xml', 'classes.dex')),
      'other',
      ['LEFT_OUT_PROGRAM'],
    ],
    ['RAR', Buffer.from('Rar!\x1a\x07\x01\0 rest', 'latin1'), 'archive', ['ARCHIVE_UNSUPPORTED']],
    ['7z', Buffer.from('7z\xbc\xaf\x27\x1c rest', 'latin1'), 'archive', ['ARCHIVE_UNSUPPORTED']],
    ['gzip', Buffer.from('\x1f\x8b\x08 rest', 'latin1'), 'archive', ['ARCHIVE_UNSUPPORTED']],
    ['tar', placed(Buffer.alloc(1_024), 257, 'ustar'), 'archive', ['ARCHIVE_UNSUPPORTED']],
    ['an image of a disc', disc, 'archive', []],
    ['an image of a disc that can start a computer', placed(disc, 0, 'MZ'), 'archive', []],
    ['a torn image of a disc', disc.subarray(0, 40_000), 'archive', ['DISC_IMAGE_UNSUPPORTED']],
    ['a UDF image', placed(Buffer.alloc(60_000), 32_769, 'BEA01'), 'archive', ['DISC_IMAGE_UNSUPPORTED']],
    ['an Apple image', placed(Buffer.alloc(60_000), 59_488, 'koly'), 'archive', ['DISC_IMAGE_UNSUPPORTED']],
    [
      'raw sectors',
      Buffer.from(`00${'ff'.repeat(10)}0000020001`, 'hex'),
      'archive',
      ['DISC_IMAGE_UNSUPPORTED'],
    ],
  ])('is told: %s', async (_name, bytes, kind, codes) => {
    expect(await look(bytes)).toEqual({ kind, codes })
  })

  it('is not seen where there is none', async () => {
    expect(await look(Buffer.from('hello'))).toBeNull()
    expect(await look(Buffer.alloc(100_000))).toBeNull()
  })

  it('is read by what it is', async () => {
    const files = async (bytes: Buffer) =>
      (await takeAll(readArchive(rangeOf(bytes)))).files.map(({ name }) => name)
    expect(await files(trialZip(named('x')))).toEqual(['x'])
    expect(await files(disc)).toEqual(['a'])
    const { codes } = await takeAll(readArchive(rangeOf(Buffer.from('no archive'))))
    expect(codes).toEqual(['ARCHIVE_UNSUPPORTED'])
  })
})
