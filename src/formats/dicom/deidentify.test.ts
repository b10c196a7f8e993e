/** De-identified copies: of every attribute the table names nothing is left, and pydicom and dcmtk read what stays. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Element, encodeElements } from '#fixtures/dicom/element.ts'
import { exchangeFiles } from '#fixtures/dicom/exchange-study.ts'
import { inTagOrder } from '#fixtures/dicom/identity.ts'
import { type Syntax, syntaxes, writePart10 } from '#fixtures/dicom/part10.ts'
import { ctSlice, fragmentedCapture, secondaryCapture } from '#fixtures/dicom/shapes.ts'
import { attributeTypes } from './attribute-types.ts'
import { deidTable } from './deid-table.ts'
import type { Deidentification } from './deid-walk.ts'
import { deidentify } from './deidentify.ts'
import { watchFragments } from './watch-fragments.ts'

const canary = 'ZZCANARY'
const key = Buffer.alloc(32, 7)
const basic: Deidentification = { key, dates: 'removed', characteristics: false }
const ct = '1.2.840.10008.5.1.4.1.1.2'
const pixels = Buffer.alloc(512, 9)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deid-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const fileOf = (elements: readonly Element[], syntax: Syntax = syntaxes.explicitLittle): Buffer =>
  writePart10({
    sopClass: ct,
    sopUid: '1.2.3.4',
    syntax,
    preamble: Buffer.from(canary),
    elements: inTagOrder([
      [0x00080016, 'UI', ct],
      [0x00080018, 'UI', '1.2.3.4'],
      [0x00280010, 'US', 16],
      [0x00280011, 'US', 16],
      [0x7fe00010, 'OW', pixels],
      ...elements,
    ]),
  })

/** The whole copy, made of the first bytes that were enough for its head. */
const copyOf = (file: Buffer, how: Deidentification): Buffer | string => {
  for (let length = 64; ; length *= 2) {
    const made = deidentify(file.subarray(0, length), file.length, how)
    if (made === 'short') {
      if (length >= file.length) throw new Error('short of the whole file')
      continue
    }
    if (typeof made === 'string') return made
    if (made.to !== null) return Buffer.concat([made.head, file.subarray(made.from, made.to)])
    const watch = watchFragments(made.elementHeader)
    const pieces = [made.head]
    for (let at = made.from; !watch.ended(); at += 7) {
      if (at >= file.length) return 'damaged'
      const piece = file.subarray(at, at + 7)
      const taken = watch.take(piece)
      if (taken === null) return 'damaged'
      pieces.push(piece.subarray(0, taken))
    }
    return Buffer.concat(pieces)
  }
}

const joined = (file: Buffer, how: Deidentification): Buffer => {
  const copy = copyOf(file, how)
  if (typeof copy === 'string') throw new Error(copy)
  return copy
}

const read = (bytes: Buffer): Record<string, unknown> => {
  const path = join(folder, 'one.dcm')
  writeFileSync(path, bytes)
  expect(execFileSync('dcmftest', [path], { encoding: 'utf8' })).toContain('yes:')
  execFileSync('dcmdump', ['-q', path], { stdio: ['ignore', 'ignore', 'inherit'] })
  return JSON.parse(
    execFileSync(
      '/usr/bin/python3',
      [
        '-c',
        `import sys, json, pydicom
def show(ds): return {e.keyword or str(e.tag): [show(i) for i in e.value] if e.VR == 'SQ' else len(e.value) if e.keyword == 'PixelData' else str(e.value) for e in ds}
ds = pydicom.dcmread(sys.argv[1]); out = show(ds); out['meta'] = show(ds.file_meta); print(json.dumps(out))`,
        path,
      ],
      { encoding: 'utf8' },
    ),
  )
}

/** A value of the type that is only there to be found again. */
const telling = (tag: number, vr: string): Element | null => {
  if (['LO', 'SH', 'LT', 'ST', 'UT', 'UC', 'PN', 'AE', 'CS'].includes(vr)) return [tag, vr as 'LO', canary]
  if (vr === 'UI') return [tag, 'UI', '1.9.424242.1']
  if (vr === 'DA') return [tag, 'DA', '19420424']
  if (vr === 'DT') return [tag, 'DT', '19420424042424']
  if (vr === 'TM') return [tag, 'TM', '042424']
  if (vr === 'OB' || vr === 'UN') return [tag, vr, Buffer.from(canary)]
  if (vr === 'SQ') return [tag, 'SQ', [[[0x00080104, 'LO', canary]]]]
  return null
}
const tells = /ZZCANARY|424242|19420424|042424/

describe('deidentify', () => {
  it.each(['explicitLittle', 'implicitLittle'] as const)(
    'leaves nothing of any attribute that the profile names, at the top and in items, %s',
    (name) => {
      for (const [tag, row] of deidTable) {
        const vr = attributeTypes.get(tag) ?? 'LO'
        const element = telling(tag, vr)
        if (element === null || row.action === 'R' || tag === 0x00080018) continue
        // A sequence that is cleaned inside keeps what its items may keep.
        if (vr === 'SQ' && row.action === 'U') continue
        const inside: Element = [0x00089215, 'SQ', [[element]]]
        for (const given of [[element], [inside]]) {
          const text = joined(fileOf(given, syntaxes[name]), basic).toString('latin1')
          expect([tag.toString(16), tells.test(text)]).toEqual([tag.toString(16), false])
        }
      }
    },
  )

  it('leaves nothing private, unknown, of a wrong type, of overlays, or behind the pixels', () => {
    for (const element of [
      [0x00090010, 'LO', canary],
      [0x00091001, 'OB', Buffer.from(canary)],
      [0x0008fff0, 'LO', canary],
      [0x00280010, 'LO', canary],
      [0x00280002, 'UN', Buffer.from(canary)],
      [0x60000022, 'LO', canary],
      [0x50000022, 'LO', canary],
      [0xfffcfffc, 'OB', Buffer.from(canary)],
      [0xfffafffa, 'SQ', [[[0x04000100, 'UI', canary]]]],
      [0x00089215, 'SQ', [[[0x00091001, 'LO', canary]]]],
    ] satisfies Element[]) {
      const text = joined(fileOf([element]), basic).toString('latin1')
      expect([element[0].toString(16), tells.test(text)]).toEqual([element[0].toString(16), false])
    }
  })

  it('keeps the picture to the byte, maps UIDs alike everywhere, and says what was done', () => {
    const slice = ctSlice({ seed: 4 })
    const clean = joined(slice.bytes, basic)
    const before = read(slice.bytes)
    const after = read(clean)
    expect(clean.subarray(-8_192).equals(slice.bytes.subarray(-8_192))).toBe(true)
    expect(after).toMatchObject({
      PatientName: '',
      PatientID: 'ANONYMIZED',
      StudyDate: '',
      PatientIdentityRemoved: 'YES',
      LongitudinalTemporalInformationModified: 'REMOVED',
      Modality: 'CT',
      PixelData: 8_192,
      PixelSpacing: before['PixelSpacing'],
      ImagePositionPatient: before['ImagePositionPatient'],
      DeidentificationMethodCodeSequence: [{ CodeValue: '113100', CodingSchemeDesignator: 'DCM' }],
    })
    expect(after['meta']).toMatchObject({ MediaStorageSOPInstanceUID: after['SOPInstanceUID'] })
    for (const name of ['SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID', 'FrameOfReferenceUID']) {
      expect(after[name]).toMatch(/^2\.25\.\d+$/)
      expect(after[name]).not.toBe(before[name])
    }
    const other = read(joined(ctSlice({ seed: 4 }).bytes, { ...basic, key: Buffer.alloc(32, 8) }))
    expect(other['StudyInstanceUID']).not.toBe(after['StudyInstanceUID'])
    expect(clean.toString('latin1')).not.toMatch(/CANARY|19680229|20261019/)
  })

  it('keeps or moves dates, and keeps what the patient’s body is, when told to', () => {
    const { bytes } = ctSlice({ seed: 4 })
    const kept = read(joined(bytes, { key, dates: 'kept', characteristics: true }))
    expect(kept).toMatchObject({
      StudyDate: '20261019',
      StudyTime: '091500',
      PatientSex: 'F',
      PatientBirthDate: '',
      LongitudinalTemporalInformationModified: 'UNMODIFIED',
    })
    const codes = (kept['DeidentificationMethodCodeSequence'] as { CodeValue: string }[]).map(
      (item) => item.CodeValue,
    )
    expect(codes).toEqual(['113100', '113106', '113108'])
    const moved = read(joined(bytes, { key, dates: { moveDays: -300 }, characteristics: false }))
    expect(moved).toMatchObject({
      StudyDate: '20251223',
      AcquisitionDate: '20251223',
      StudyTime: '091500',
      PatientSex: '',
      LongitudinalTemporalInformationModified: 'MODIFIED',
    })
  })

  it('refuses what no table can clean, and encodings it does not splice', () => {
    const capture = secondaryCapture({ seed: 1 }).bytes
    expect(copyOf(capture, basic)).toBe('text-in-picture')
    expect(copyOf(fragmentedCapture({ seed: 1 }).bytes, basic)).toBe('text-in-picture')
    for (const { word, bytes } of exchangeFiles(Buffer.from('%PDF'))) {
      const expected = ['report', 'key images', 'state', 'document', 'maker one', 'maker two'].includes(word)
        ? 'needs-person'
        : 'cleaned'
      const result = copyOf(bytes, basic)
      expect([word, typeof result === 'string' ? result : 'cleaned']).toEqual([word, expected])
    }
    expect(copyOf(fileOf([[0x00280301, 'CS', 'YES']]), basic)).toBe('text-in-picture')
    const denied: Element = [0x00280301, 'CS', 'NO']
    expect(typeof copyOf(fileOf([denied]), basic)).toBe('object')
    expect(copyOf(fileOf([denied, [0x00280301, 'CS', 'YES']]), basic)).toBe('text-in-picture')
    expect(copyOf(fileOf([], syntaxes.explicitBig), basic)).toBe('unsupported')
    expect(copyOf(fileOf([], syntaxes.deflatedLittle), basic)).toBe('unsupported')
  })

  it('reads sequences and pixels of undefined length, and no damage throws or gets out of bounds', () => {
    const item = Buffer.concat(
      encodeElements(
        [
          [0x00100010, 'PN', canary],
          [0x00080104, 'LO', 'kept'],
        ],
        syntaxes.explicitLittle,
      ),
    )
    const open = Buffer.concat([
      Buffer.from('0800159253510000ffffffff', 'hex'),
      Buffer.from('feff00e0ffffffff', 'hex'),
      item,
      Buffer.from('feff0de000000000feffdde000000000', 'hex'),
    ])
    const whole = fileOf([])
    const at = whole.indexOf(Buffer.from('28001000', 'hex'))
    const bytes = Buffer.concat([whole.subarray(0, at), open, whole.subarray(at)])
    const after = read(joined(bytes, basic))
    expect(after['DerivationCodeSequence']).toEqual([{ CodeMeaning: 'kept', PatientName: '' }])
    const jpeg = writePart10({
      sopClass: ct,
      sopUid: '1.2.3.4',
      syntax: syntaxes.jpegBaseline,
      elements: [
        [0x00080016, 'UI', ct],
        [0x00080018, 'UI', '1.2.3.4'],
        [0x00100010, 'PN', canary],
        [0x7fe00010, 'OB', { fragments: [pixels, pixels.subarray(100)] }],
        [0xfffcfffc, 'OB', Buffer.from(canary)],
      ],
    })
    const cleaned = joined(jpeg, basic)
    const stream = jpeg.subarray(
      jpeg.indexOf(Buffer.from('e07f1000', 'hex')),
      jpeg.indexOf(Buffer.from('fcfffcff', 'hex')),
    )
    expect(cleaned.subarray(-stream.length).equals(stream)).toBe(true)
    expect(tells.test(cleaned.toString('latin1'))).toBe(false)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (place, value, length) => {
        const broken = Buffer.from(bytes)
        broken[place] = value
        const result = copyOf(broken.subarray(0, length), basic)
        return typeof result === 'string' || result.length < bytes.length + 1_000
      }),
      { numRuns: 500 },
    )
  })

  it('gives a header to what came without one, or with a wrong one, and keeps the picture', () => {
    const whole = fileOf([])
    const startOf = (file: Buffer): number => 132 + 12 + file.readUInt32LE(140)
    const bare = whole.subarray(startOf(whole))
    const implicit = fileOf([], syntaxes.implicitLittle)
    const wrong = Buffer.concat([implicit.subarray(0, startOf(implicit)), bare])
    for (const bytes of [bare, whole.subarray(132), wrong]) {
      const copy = joined(bytes, basic)
      expect(copy.subarray(-pixels.length).equals(pixels)).toBe(true)
      const after = read(copy)
      expect(after['meta']).toMatchObject({
        MediaStorageSOPClassUID: ct,
        MediaStorageSOPInstanceUID: after['SOPInstanceUID'],
        TransferSyntaxUID: syntaxes.explicitLittle.uid,
      })
    }
  })

  it('calls the patient what it is told to, also where the file named nobody', () => {
    const pseudonym = { name: 'Case KX42B7', id: 'KX42B7' }
    const named: Element[] = [
      [0x00100010, 'PN', canary],
      [0x00100020, 'LO', canary],
    ]
    for (const elements of [named, []])
      expect(read(joined(fileOf(elements), { ...basic, pseudonym }))).toMatchObject({
        PatientName: 'Case KX42B7',
        PatientID: 'KX42B7',
      })
  })

  it('replaces texts that say the patient’s name or number, and leaves others and codes alone', () => {
    const given = read(
      joined(
        fileOf([
          [0x00080005, 'CS', 'ISO_IR 192'],
          [0x00080060, 'CS', 'CT'],
          [0x00080070, 'LO', 'Maker of scanners'],
          [0x00081090, 'LO', 'for मीरा, please'],
          [0x00100010, 'PN', 'DEV^मीरा=CHEST^X'],
          [0x00100020, 'LO', 'MRN-4471'],
          [0x00180015, 'CS', 'CHEST'],
          [0x00181020, 'LO', 'developed 4.2'],
          [0x00181030, 'LO', 'x'],
          [0x00189004, 'CS', 'RESEARCH'],
          [0x00089215, 'SQ', [[[0x00080104, 'LO', 'seen 4471']]]],
        ]),
        basic,
      ),
    )
    expect(given).toMatchObject({
      Manufacturer: 'Maker of scanners',
      ManufacturerModelName: 'ANONYMIZED',
      BodyPartExamined: 'CHEST',
      SoftwareVersions: 'developed 4.2',
      DerivationCodeSequence: [{ CodeMeaning: 'ANONYMIZED' }],
    })
  })

  it('takes pictures that may show a name only when told to, and says which', () => {
    const told = { ...basic, textInPictures: true }
    const madeOf = (bytes: Buffer) => deidentify(bytes, bytes.length, told)
    expect(madeOf(ctSlice({ seed: 1 }).bytes)).toMatchObject({ mayShowText: false })
    for (const bytes of [
      secondaryCapture({ seed: 1 }).bytes,
      fileOf([[0x00280301, 'CS', 'YES']]),
      fileOf([[0x00280301, 'CS', '']]),
      fileOf([[0x00080060, 'CS', 'US']]),
      fileOf([[0x00080008, 'CS', ['DERIVED', 'SECONDARY', 'SCREEN SAVE']]]),
    ]) {
      expect(madeOf(bytes)).toMatchObject({ mayShowText: true })
      expect(copyOf(bytes, basic)).toBe('text-in-picture')
    }
  })

  it('refuses pixels that are longer than the picture, or of no type of pixels', () => {
    const withPixels = (vr: 'OW' | 'UT', value: Buffer): Buffer => {
      const file = fileOf([])
      const at = file.indexOf(Buffer.from('e07f1000', 'hex'))
      const header = Buffer.from('e07f1000000000000000', 'hex')
      header.write(vr, 4, 'latin1')
      const length = Buffer.alloc(4)
      length.writeUInt32LE(value.length)
      return Buffer.concat([file.subarray(0, at), header.subarray(0, 8), length, value])
    }
    expect(typeof copyOf(withPixels('OW', pixels), basic)).toBe('object')
    expect(copyOf(withPixels('OW', Buffer.concat([pixels, Buffer.from(canary)])), basic)).toBe(
      'more-than-picture',
    )
    expect(copyOf(withPixels('UT', pixels), basic)).toBe('damaged')
  })

  it.each([
    ['a UID', 0x00080018, 'UI'],
    ['a date', 0x00080020, 'DA'],
    ['a kind', 0x00080060, 'CS'],
  ] as const)('takes no longer for %s of nothing but padding', (_, tag, vr) => {
    const file = fileOf([[tag, vr, Buffer.from(`1${' '.repeat(65_530)}x`)]])
    const begun = performance.now()
    deidentify(file, file.length, { ...basic, dates: { moveDays: 1 } })
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('maps what only looks like a number of the standard', () => {
    const text = joined(fileOf([[0x0020000d, 'UI', `1.2.840.10008.${canary}`]]), basic).toString('latin1')
    expect(tells.test(text)).toBe(false)
  })
})
