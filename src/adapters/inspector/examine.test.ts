/** What a reader is given otherwise than it came: the preamble of an image, and of nothing else. */
import { PDFDocument } from '@cantoo/pdf-lib'
import { describe, expect, it } from 'vitest'
import { writeCt } from '#formats/dicom/trial-dicom.ts'
import { examine } from './examine.ts'
import { readMap, readPdfium } from './reader-files.ts'

const look = (file: Buffer) =>
  examine(
    { size: file.length, read: async (offset, length) => file.subarray(offset, offset + length) },
    file.subarray(0, 16_384),
    { readMap, readPdfium, tell: () => {} },
  )

const withPreamble = (text: string, file = writeCt()): Buffer => {
  const start = Buffer.from(text, 'latin1')
  return Buffer.concat([start, file.subarray(start.length)])
}

const zeroed = [{ at: 0, length: 128, bytes: new Uint8Array(0) }]

describe('patches', () => {
  it.each(['MZ', '\x7fELF', '#!/bin/sh', '<script>', '%PDF-1.7', 'PK\x03\x04', 'x'])(
    'zero a preamble of %j',
    async (text) => {
      expect((await look(withPreamble(text))).patches).toEqual(zeroed)
    },
  )

  it.each(['', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'])('leave a preamble of %j as it is', async (text) => {
    expect((await look(withPreamble(text))).patches).toEqual([])
  })

  it('zero a TIFF’s preamble that holds a page or a PDF', async () => {
    for (const text of ['II*\0\x08\0\0\0<script>', 'II*\0\x08\0\0\0%PDF-1.4'])
      expect((await look(withPreamble(text))).patches).toEqual(zeroed)
  })

  it('touch nothing of a PDF, by itself or inside an image', async () => {
    const document = await PDFDocument.create()
    document.addPage()
    document.addJavaScript('x', 'app.alert(1)')
    const value = Buffer.from(await document.save())
    expect((await look(value)).patches ?? []).toEqual([])
    const inside = writeCt('explicit', {
      0x00080016: { vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.104.1' },
      0x00420011: { vr: 'OB', value },
      0x7fe00010: null,
    })
    const found = await look(inside)
    expect(found.codes).toEqual(expect.arrayContaining(['ENCAPSULATED_PDF', 'PDF_ACTIVE_JS']))
    expect(found.patches).toEqual([])
    expect((await look(withPreamble('MZ', inside))).patches).toEqual(zeroed)
  })

  it('are there for a damaged file too: a person may release it', async () => {
    const cut = await look(withPreamble('MZ').subarray(0, 200))
    expect(cut).toMatchObject({ kind: 'dicom', patches: zeroed })
  })

  it('are none for what is refused', async () => {
    const directory = writeCt('explicit', { 0x00080016: { vr: 'UI', value: '1.2.840.10008.1.3.10' } })
    expect(await look(withPreamble('MZ', directory))).toMatchObject({ kind: 'other', patches: [] })
    expect((await look(Buffer.alloc(0))).patches ?? []).toEqual([])
  })
})
