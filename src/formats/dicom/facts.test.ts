/** What the index keeps of an object: the attributes a search and a viewer ask for, and no heap of bytes. */
import { describe, expect, it } from 'vitest'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { inspectDicom } from './inspect-dicom.ts'
import { short, type TrialEncoding, writeCt, writeDataSet } from './trial-dicom.ts'

const inspect = (bytes: Buffer) => {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
  return inspectDicom({ size: bytes.length, read }, bytes.subarray(0, 16_384), false)
}

const items = (encoding: TrialEncoding, ...bodies: readonly Buffer[]): Buffer =>
  Buffer.concat(
    bodies.flatMap((body) => {
      const header = Buffer.from(encoding === 'big' ? 'fffee00000000000' : 'feff00e000000000', 'hex')
      if (encoding === 'big') header.writeUInt32BE(body.length, 4)
      else header.writeUInt32LE(body.length, 4)
      return [header, body]
    }),
  )

describe('sealed facts', () => {
  it.each(['explicit', 'implicit', 'big'] as const)('hold what is asked for, %s', async (encoding) => {
    const id = (value: string, issuer: string | null): Buffer =>
      writeDataSet(
        [
          { tag: 0x00100020, vr: 'LO', value },
          ...(issuer === null ? [] : [{ tag: 0x00100021, vr: 'LO', value: issuer }]),
        ],
        encoding,
      )
    const request = writeDataSet(
      [
        { tag: 0x00400009, vr: 'SH', value: 'STEP-1' },
        { tag: 0x00401001, vr: 'SH', value: 'RP-1' },
      ],
      encoding,
    )
    const { facts, codes } = await inspect(
      writeCt(encoding, {
        0x00080008: { vr: 'CS', value: 'ORIGINAL\\PRIMARY\\LOCALIZER' },
        0x00080090: { vr: 'PN', value: 'Roe^Rita' },
        0x00101002: { vr: 'SQ', value: items(encoding, id('77', 'B'), id('78', null)) },
        0x00180050: { vr: 'DS', value: '2.5' },
        0x00200012: { vr: 'IS', value: '4' },
        0x00200052: { vr: 'UI', value: '1.2.9' },
        0x00200060: { vr: 'CS', value: 'L' },
        0x00200100: { vr: 'IS', value: '2' },
        0x00200105: { vr: 'IS', value: '5' },
        0x00201002: { vr: 'IS', value: '60' },
        0x00201206: { vr: 'IS', value: '3' },
        0x00201208: { vr: 'IS', value: '180' },
        0x00201209: { vr: 'IS', value: '60' },
        0x00280004: { vr: 'CS', value: 'MONOCHROME2' },
        0x00281050: { vr: 'DS', value: '40\\-600' },
        0x00281051: { vr: 'DS', value: '400\\1500' },
        0x00281052: { vr: 'DS', value: '-1024' },
        0x00281053: { vr: 'DS', value: '1' },
        0x00400244: { vr: 'DA', value: '20260102' },
        0x00400245: { vr: 'TM', value: '0915' },
        0x00400275: { vr: 'SQ', value: items(encoding, request) },
        0x00540081: { vr: 'US', value: short(47, encoding) },
      }),
    )
    expect(codes).toEqual([])
    expect(facts).toMatchObject({
      localizer: true,
      referringPhysician: 'Roe^Rita',
      otherPatientIds: [{ id: '77', issuer: 'B' }],
      sliceThickness: 2.5,
      acquisition: 4,
      frameOfReference: '1.2.9',
      laterality: 'L',
      timePoint: 2,
      expected: {
        timePoints: 5,
        acquisitionImages: 60,
        studySeries: 3,
        studyInstances: 180,
        seriesInstances: 60,
        slices: 47,
      },
      photometric: 'MONOCHROME2',
      bitsAllocated: 16,
      windowCenter: 40,
      windowWidth: 400,
      rescaleIntercept: -1024,
      rescaleSlope: 1,
      stepDate: '20260102',
      stepTime: '0915',
      scheduledStepId: 'STEP-1',
      procedureId: 'RP-1',
    })
  })

  it('leave out what is empty or no number', async () => {
    const { facts } = await inspect(
      writeCt('explicit', {
        0x00281050: { vr: 'DS', value: 'x' },
        0x00281051: { vr: 'DS', value: '1e999' },
        0x00201209: { vr: 'IS', value: '-1' },
        0x00101002: { vr: 'SQ', value: '' },
      }),
    )
    for (const name of ['windowCenter', 'windowWidth', 'expected', 'otherPatientIds', 'localizer'])
      expect(facts).not.toHaveProperty(name)
  })

  it('of a slice of a CT take less than a kilobyte', async () => {
    const { facts } = await inspect(ctSlice({ seed: 3 }).bytes)
    expect(JSON.stringify(facts).length).toBeLessThan(1_024)
  })
})
