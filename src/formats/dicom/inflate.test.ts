import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflateDataSet } from './inflate.ts'
import { inspectDicom } from './inspect-dicom.ts'
import { ctElements, writeDataSet, writePart10 } from './trial-dicom.ts'

const rangeOf = (bytes: Buffer) => ({
  size: bytes.length,
  read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
})

const inspect = (bytes: Buffer) => inspectDicom(rangeOf(bytes), bytes.subarray(0, 65_536), false)

describe('deflated data sets', () => {
  const syntax = '1.2.840.10008.1.2.1.99'
  it('are opened', async () => {
    const report = await inspect(writePart10(deflateRawSync(writeDataSet(ctElements())), syntax))
    expect(report.codes).toEqual([])
    expect(report.instance?.rows).toBe(16)
  })
  it('are refused when they are none', async () => {
    const report = await inspect(writePart10(Buffer.from('certainly no deflate stream'), syntax))
    expect(report.codes).toEqual(['INFLATE_ERROR'])
  })
  it('are refused when they would grow beyond the cap', async () => {
    const bomb = deflateRawSync(Buffer.alloc(4_000_000))
    expect(await inflateDataSet(rangeOf(bomb), 0, 1_000_000)).toBe('DICOM_LIMIT_INFLATE')
    const whole = await inflateDataSet(rangeOf(bomb), 0, 4_000_000)
    expect(whole).toMatchObject({ bytes: { length: 4_000_000 }, code: null })
    const cut = bomb.subarray(0, -5)
    expect(await inflateDataSet(rangeOf(cut), 0, 1_000_000)).toBe('DICOM_LIMIT_INFLATE')
  })
  it('let others have their turn while they are opened', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await inflateDataSet(rangeOf(deflateRawSync(Buffer.alloc(60_000_000))), 0)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })
})
