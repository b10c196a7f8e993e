import { describe, expect, it } from 'vitest'
import { encapsulatedFrames, enhancedFrames, oddFiles } from '#fixtures/dicom/odd-files.ts'
import { sniff } from '#formats/sniff.ts'
import { inspectDicom } from './inspect-dicom.ts'
import { ctElements, writeDataSet, writePart10 } from './trial-dicom.ts'

const inspect = (bytes: Buffer, headBytes = 65_536) => {
  const head = bytes.subarray(0, headBytes)
  const range = {
    size: bytes.length,
    read: async (offset: number, length: number) => {
      if (offset < 0 || offset + length > bytes.length) throw new Error('read outside the file')
      return bytes.subarray(offset, offset + length)
    },
  }
  return inspectDicom(range, head, sniff(head) === 'dicom-bare')
}

describe('odd files', () => {
  it.each(oddFiles())('$name', async ({ bytes, codes, patientName }) => {
    for (const headBytes of [1024, 65_536]) {
      const report = await inspect(bytes, headBytes)
      expect([...report.codes].toSorted()).toEqual([...codes].toSorted())
      expect(report.facts.patientName).toBe(patientName ?? report.facts.patientName)
    }
  })

  it('may begin with the length of a command group', async () => {
    const length = { tag: 0, vr: 'UL', value: Buffer.alloc(4) }
    const whole = writeDataSet([length, ...ctElements()])
    expect(await inspect(writePart10(whole, '1.2.840.10008.1.2.1'))).toMatchObject({ codes: [] })
    const zeros = Buffer.concat([Buffer.alloc(8), writeDataSet(ctElements())])
    expect((await inspect(writePart10(zeros, '1.2.840.10008.1.2.1'))).codes).not.toEqual([])
  })

  it('keep their facts where a deflated one breaks off', async () => {
    const whole = oddFiles().find(({ name }) => name === 'deflated')?.bytes ?? Buffer.alloc(0)
    const report = await inspect(whole.subarray(0, whole.length - 6))
    expect(report.codes).toContain('INFLATE_ERROR')
    expect(report.facts.patientName).toBe('Doe^Jane')
  })

  it('give every frame its elements, and no more', async () => {
    const { codes } = await inspect(enhancedFrames(40, 6_000))
    expect(codes).toContain('DICOM_LIMIT_ELEMENTS')
  })

  it('are walked in few reads', async () => {
    const bytes = encapsulatedFrames(5_000, 5_000, false)
    let reads = 0
    const read = async (offset: number, length: number) => {
      reads += 1
      return bytes.subarray(offset, offset + length)
    }
    const report = await inspectDicom({ size: bytes.length, read }, bytes.subarray(0, 1024), false)
    expect(report.codes).toEqual([])
    expect(reads).toBeLessThan(300)
  })
})
