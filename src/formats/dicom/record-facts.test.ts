import { describe, expect, it } from 'vitest'
import { exchangeFiles } from '#fixtures/dicom/exchange-study.ts'
import { inspectDicom } from './inspect-dicom.ts'

const files = new Map(exchangeFiles(Buffer.from('%PDF-1.4 %%EOF')).map(({ word, bytes }) => [word, bytes]))

const recordOf = async (word: string) => {
  const bytes = files.get(word) ?? Buffer.alloc(0)
  const read = async (at: number, length: number) => bytes.subarray(at, at + length)
  return (await inspectDicom({ size: bytes.length, read }, bytes, false)).facts.record
}

const content = { contentDate: '20261019', contentTime: '091800' }

describe('record facts', () => {
  it('are read of reports, notes of key images, presentation states and documents', async () => {
    expect(await recordOf('report')).toEqual({
      ...content,
      completion: 'COMPLETE',
      verification: 'VERIFIED',
      verifiedAt: '20261020101112',
      conceptName: { value: '18748-4', scheme: 'LN', meaning: 'Diagnostic imaging report' },
    })
    expect(await recordOf('key images')).toEqual({
      ...content,
      conceptName: { value: '113001', scheme: 'DCM', meaning: 'Rejected for Quality Reasons' },
    })
    expect(await recordOf('state')).toEqual({
      ...content,
      label: 'LUNG',
      description: 'दायाँ फेफड़ा',
      creator: 'Reader^Able',
      createdDate: '20261019',
      createdTime: '101500',
    })
    expect(await recordOf('document')).toEqual({
      ...content,
      documentTitle: 'छाती की रिपोर्ट',
      documentType: 'application/pdf',
    })
  })

  it('are not kept of images, of which there are thousands', async () => {
    expect(await recordOf('first')).toBeUndefined()
  })
})
