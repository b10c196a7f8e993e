/** Naming an object from its first bytes: every encoding, cut anywhere, and whatever is no DICOM. */
import { describe, expect, it } from 'vitest'
import { viewerProgram } from '#fixtures/bad.ts'
import { ctImageStorage, ctStudy } from '#fixtures/dicom/ct-study.ts'
import { syntaxes } from '#fixtures/dicom/part10.ts'
import { seeded } from '#fixtures/seeded.ts'
import { nameInstance } from './name-instance.ts'

const sliceOf = (syntax: (typeof syntaxes)[keyof typeof syntaxes]) => {
  const [file] = ctStudy({ slices: 1, seed: 3, rows: 16, columns: 16, syntax })
  if (file === undefined) throw new Error('no slice')
  return file
}

describe('nameInstance', () => {
  it.each(Object.entries(syntaxes))('names an object written as %s', async (_, syntax) => {
    const { bytes, sopUid, studyUid } = sliceOf(syntax)
    expect(await nameInstance(bytes)).toEqual({
      sopClass: ctImageStorage,
      sopUid,
      // Behind compression only the meta group is read.
      studyUid: syntax.deflated ? null : studyUid,
    })
  })

  it('names it without a preamble, and from a head that ends anywhere behind the names', async () => {
    const { bytes, sopUid, studyUid } = sliceOf(syntaxes.explicitLittle)
    expect(await nameInstance(bytes.subarray(132))).toMatchObject({ sopUid, studyUid })
    const known = new Set<string>()
    const studies = new Set<string | null | undefined>()
    for (let end = 0; end < bytes.length; end += 1) {
      const named = await nameInstance(bytes.subarray(0, end))
      if (named !== null) known.add(named.sopUid)
      if (end > 1_500) studies.add(named?.studyUid)
    }
    expect([[...known], [...studies]]).toEqual([[sopUid], [studyUid]])
  })

  it('gives no name to what has none', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('%PDF-1.7'),
      viewerProgram().bytes,
      Buffer.alloc(16_384),
    ])
      expect(await nameInstance(bytes)).toBeNull()
  })

  it('never rejects, whatever is done to a good file', async () => {
    const { bytes } = sliceOf(syntaxes.explicitLittle)
    const random = seeded('names')
    for (let round = 0; round < 2_000; round += 1) {
      const bad = Buffer.from(bytes.subarray(0, 200 + random.below(bytes.length - 200)))
      for (let bits = 0; bits <= round % 8; bits += 1) bad[random.below(bad.length)] = random.below(256)
      const named = await nameInstance(bad)
      expect(named?.sopUid ?? '0').toMatch(/^[\w.-]{1,128}$/)
    }
  })
})
