/** Looking into files: says what the gateway's own reader says of everything that fixtures make, and never throws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatedSamples } from '#fixtures/corpus/generated.ts'
import { directoryOf } from '#fixtures/dicom/disc-directory.ts'
import { oddFiles } from '#fixtures/dicom/odd-files.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { lockedPdf } from '#fixtures/odd-pdf.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { zipFile } from '#fixtures/zip-file.ts'
import { sniffArchive } from '#formats/archive/sniff-archive.ts'
import { inspectDicom } from '#formats/dicom/inspect-dicom.ts'
import { ctElements, writeCt, writeDataSet } from '#formats/dicom/trial-dicom.ts'
import { sniff } from '#formats/sniff.ts'
import { sniffOther } from '#formats/sniff-other.ts'
import type { DicomHead } from './dicom-head.ts'
import type { ListedFile } from './listed-file.ts'
import { lookInto } from './look-into.ts'

const listed = (bytes: Uint8Array, path = 'disc/file'): ListedFile => ({
  path,
  size: bytes.length,
  modified: null,
  open: async (start, end) => Uint8Array.from(bytes.subarray(start, end)),
})

const rangeOf = (bytes: Buffer) => ({
  size: bytes.length,
  read: async (at: number, length: number) => bytes.subarray(at, at + length),
})

/** What the gateway sees, in the words of this room. */
const gatewaySees = async (bytes: Buffer): Promise<string> => {
  const head = bytes.subarray(0, 65_536)
  const sniffed = sniff(head)
  if (sniffed === 'dicom' || sniffed === 'dicom-bare') {
    const report = await inspectDicom(rangeOf(bytes), head, sniffed === 'dicom-bare')
    return report.codes.includes('DICOM_DIRECTORY') ? 'disc-list' : 'dicom'
  }
  if (sniffed !== 'other') return sniffed
  if ((await sniffArchive(rangeOf(bytes), head)) !== null) return 'archive'
  const other = bytes.length === 0 ? 'other' : await sniffOther(rangeOf(bytes), head)
  const words: Partial<Record<string, string>> = {
    LEFT_OUT_PROGRAM: 'program',
    LEFT_OUT_SYSTEM: 'system',
    TEXT_FILE: 'text',
  }
  return words[other] ?? 'other'
}

const gatewayHead = async (bytes: Buffer): Promise<DicomHead> => {
  const head = bytes.subarray(0, 65_536)
  const { instance, facts } = await inspectDicom(rangeOf(bytes), head, sniff(head) === 'dicom-bare')
  return {
    patientName: facts.patientName ?? null,
    birthDate: facts.birthDate ?? null,
    sex: facts.sex ?? null,
    studyUid: instance?.studyUid ?? null,
    seriesUid: instance?.seriesUid ?? null,
    modality: instance?.modality || null,
    studyDate: facts.studyDate ?? null,
    studyDescription: facts.studyDescription ?? null,
    instanceNumber: instance?.instanceNumber ?? null,
  }
}

const headOf = async (bytes: Uint8Array): Promise<DicomHead> => {
  const looked = await lookInto(listed(bytes))
  if (looked.kind !== 'dicom') throw new Error(`not DICOM: ${looked.kind}`)
  return looked.head
}

describe('lookInto', () => {
  it('says of every generated file what the gateway says', async () => {
    for (const { path, open } of await generatedSamples()) {
      const { source } = await open()
      const bytes = await source.read(0, source.size)
      expect([path, (await lookInto(listed(bytes))).kind]).toEqual([path, await gatewaySees(bytes)])
    }
  })

  it('reads in every odd DICOM file that can be filed what the gateway reads', async () => {
    let compared = 0
    for (const { name, bytes } of oddFiles()) {
      const told = await gatewayHead(bytes)
      if (told.studyUid === null) continue
      expect([name, await headOf(bytes)]).toEqual([name, told])
      compared += 1
    }
    expect(compared).toBeGreaterThan(20)
  })

  it('counts what a disc list speaks of as the gateway does', async () => {
    const bytes = directoryOf(Array.from({ length: 1_210 }, (_, n) => `1.2.3.${n + 1}`))
    expect(await gatewaySees(bytes)).toBe('disc-list')
    expect(await lookInto(listed(bytes))).toEqual({ kind: 'disc-list', listed: 1_210 })
  })

  it.each([
    ['explicit', null, 'Doe^Jane', 'Doe^Jane'],
    ['implicit', 'ISO_IR 192', Buffer.from('देशपांडे^आशा'), 'देशपांडे^आशा'],
    ['big', 'ISO_IR 100', 'M\xfcller^J\xf6rg', 'Müller^Jörg'],
    ['explicit', 'GBK', Buffer.from('cdf55ed0a1b6ab', 'hex'), '王^小东'],
    [
      'implicit',
      '\\ISO 2022 IR 87',
      Buffer.from('Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B', 'latin1'),
      'Yamada^Tarou=山田^太郎',
    ],
  ] as const)('reads names in %s with the character set %s', async (encoding, charset, value, shown) => {
    const changes = {
      0x00080005: charset === null ? null : { vr: 'CS', value: charset },
      0x00100010: { vr: 'PN', value },
    }
    for (const bytes of [writeCt(encoding, changes), writeDataSet(ctElements(encoding, changes), encoding)]) {
      const head = await headOf(bytes)
      expect(head.patientName).toBe(shown)
      expect(head).toEqual(await gatewayHead(bytes))
    }
  })

  it('finds the study behind private values of a megabyte, with few reads', async () => {
    const changes = {
      0x00091010: { vr: 'OB', value: Buffer.alloc(1_000_000, 3) },
      0x00191010: { vr: 'UN', value: Buffer.alloc(300_000, 4) },
    }
    const bytes = writeCt('explicit', changes)
    let reads = 0
    const file = listed(bytes)
    const looked = await lookInto({
      ...file,
      open: (start, end) => {
        reads += 1
        return file.open(start, end)
      },
    })
    expect(looked).toMatchObject({ kind: 'dicom', head: { studyUid: '1.2.3', patientName: 'Doe^Jane' } })
    expect(reads).toBeLessThan(6)
  })

  it.each([
    ['autorun.inf', 'no words of its own', 'system'],
    ['a.inf', '[autorun]\r\nopen=viewer.exe', 'program'],
    ['Thumbs.db', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0', 'system'],
    ['._IM1', '\0\x05\x16\x07\0\0', 'system'],
    ['run.sh', '#!/bin/sh\n', 'program'],
    ['readme', 'Please open the viewer.', 'text'],
    ['old.bin', '\x01\x02\x03\x04', 'other'],
  ])('knows %s', async (name, text, kind) => {
    expect((await lookInto(listed(Buffer.from(text, 'latin1'), `disc/${name}`))).kind).toBe(kind)
  })

  it('sees that a PDF or a ZIP is locked', async () => {
    expect(await lookInto(listed(await lockedPdf()))).toEqual({ kind: 'pdf', locked: true })
    expect(await lookInto(listed(await reportPdf({ seed: 1 })))).toEqual({ kind: 'pdf', locked: false })
    const zip = zipFile([{ path: 'a/IM1', bytes: Buffer.from('x') }])
    expect(await lookInto(listed(zip))).toEqual({ kind: 'archive', locked: false })
    const at = zip.indexOf('PK\x01\x02', 0, 'latin1')
    zip.writeUInt16LE(zip.readUInt16LE(at + 8) | 1, at + 8)
    expect(await lookInto(listed(zip))).toEqual({ kind: 'archive', locked: true })
    const office = zipFile([
      { path: '[Content_Types].xml', bytes: Buffer.from('x') },
      { path: 'word/document.xml', bytes: Buffer.from('y') },
    ])
    expect(await lookInto(listed(office))).toEqual({ kind: 'other' })
  })

  it('tells a file that cannot be read, and nothing else', async () => {
    const broken: ListedFile = {
      ...listed(new Uint8Array(9)),
      open: () => Promise.reject(new Error('scratch')),
    }
    await expect(lookInto(broken)).rejects.toMatchObject({ reason: 'unreadable' })
  })

  it('reads nothing behind the end of a file whose meta group says that it goes on there', async () => {
    const bytes = Buffer.concat([writeCt(), Buffer.alloc(9_000)])
    bytes.writeUInt16LE(60_000, 132 + 6)
    expect((await lookInto(listed(bytes))).kind).toBe('dicom')
  })

  it('says something of any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), async (bytes) => {
        expect((await lookInto(listed(bytes))).kind).toMatch(/^[a-z-]+$/)
      }),
    )
  })

  it('says something of images with any bytes in the middle', async () => {
    const whole = ctSlice({ seed: 3 }).bytes
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2_000),
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc.integer({ min: 10, max: 9_000 }),
        async (at, change, end) => {
          const bytes = Buffer.from(whole)
          bytes.set(change, at)
          expect((await lookInto(listed(bytes.subarray(0, end)))).kind).toMatch(/^[a-z-]+$/)
        },
      ),
      { numRuns: 500 },
    )
  })
})
