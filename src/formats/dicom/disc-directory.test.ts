/** Directories of discs: what they list is read in the order of the records, whole or damaged, never by offsets. */
import { describe, expect, it } from 'vitest'
import { mostListed } from '#domain/study.ts'
import { directoryOf, discDirectory } from '#fixtures/dicom/disc-directory.ts'
import { sniff } from '#formats/sniff.ts'
import { inspectDicom } from './inspect-dicom.ts'

const inspect = async (bytes: Buffer, headBytes = 16_384) => {
  let most = 0
  const read = async (offset: number, length: number) => {
    if (offset < 0 || offset + length > bytes.length) throw new Error('read outside the file')
    most = Math.max(most, length)
    return bytes.subarray(offset, offset + length)
  }
  const head = bytes.subarray(0, headBytes)
  const report = await inspectDicom({ size: bytes.length, read }, head, sniff(head) === 'dicom-bare')
  return { ...report, most }
}

const uids = (count: number): string[] => Array.from({ length: count }, (_, nth) => `1.2.826.0.1.${nth + 1}`)

describe('a disc directory', () => {
  it.each(['explicit', 'implicit', 'big'] as const)('lists its objects, %s', async (encoding) => {
    const report = await inspect(directoryOf(uids(120), { encoding }), 1_024)
    expect(report).toMatchObject({ codes: ['DICOM_DIRECTORY'], instance: null, facts: {}, pdf: null })
    expect(report.listed).toEqual(uids(120))
  })

  it('lists them with records of undefined length, and with icons inside', async () => {
    const report = await inspect(directoryOf(uids(40), { open: true, icons: true }))
    expect(report.listed).toEqual(uids(40))
  })

  it('lists each once, none that is out of use and nothing that is no UID', async () => {
    const report = await inspect(
      directoryOf(['1.2.3', '1.2.3', '<b>1.2</b>', `1.${'2'.repeat(80)}`, '1.2.4'], { dropped: ['1.2.4'] }),
    )
    expect(report.listed).toEqual(['1.2.3'])
  })

  it('that breaks off lists what can be read of it', async () => {
    const whole = directoryOf(uids(100), { open: true })
    const report = await inspect(whole.subarray(0, Math.floor(whole.length / 2)))
    expect(report.codes).toEqual(['DICOM_DIRECTORY'])
    const length = report.listed?.length ?? 0
    expect(length).toBeGreaterThan(30)
    expect(report.listed).toEqual(uids(length))
    // A length that lies beyond the end is believed of nothing.
    const told = directoryOf(uids(100))
    expect((await inspect(told.subarray(0, told.length - 40))).listed).toEqual([])
  })

  it('that lists nothing says so', async () => {
    expect((await inspect(discDirectory())).listed).toEqual([])
  })

  it('has a bound, and is read in small pieces', async () => {
    const report = await inspect(directoryOf(uids(mostListed + 50)))
    expect(report.listed).toEqual(uids(mostListed))
    expect(report.most).toBeLessThanOrEqual(1_048_576)
    expect(JSON.stringify(report).length).toBeLessThan(2_000_000)
  })
})
