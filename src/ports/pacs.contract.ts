/** What every adapter of `pacs.ts` must do. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { Pacs, PacsInstance } from './pacs.ts'

/** An object for the archive; `bytes` are DICOM. */
export type PacsSample = { readonly sopUid: string; readonly bytes: Uint8Array }

export type PacsUnderTest = {
  /** Its targets are `pacs`, `wrong` (a wrong secret), `other` (takes nothing) and `away` (nobody is there). */
  readonly pacs: Pacs
  /** At least three of one study. */
  readonly samples: readonly PacsSample[]
  /** SHA-256 of everything the archive keeps, lower-case hex. */
  readonly kept: () => Promise<readonly string[]>
}

/** In pieces of its own, which the adapter may free. */
const instanceOf = ({ sopUid, bytes }: PacsSample, length = bytes.length): PacsInstance => ({
  sopUid,
  length,
  open: async function* () {
    for (let at = 0; at < bytes.length; at += 1_500) yield [new Uint8Array(bytes.slice(at, at + 1_500))]
  },
})

const digest = ({ bytes }: PacsSample): string => createHash('sha256').update(bytes).digest('hex')

/** Runs the suite; `open` gives an archive that is empty. */
export const pacsContract = (name: string, open: () => Promise<PacsUnderTest>): void => {
  describe(`pacs: ${name}`, () => {
    it('keeps every byte, names what it has, and has it once however often it comes', async () => {
      const { pacs, samples, kept } = await open()
      const uids = new Set(samples.map(({ sopUid }) => sopUid))
      for (let nth = 0; nth < 2; nth += 1) {
        const { stored, refused } = await pacs.store(
          'pacs',
          samples.map((one) => instanceOf(one)),
        )
        expect([stored, refused.size]).toEqual([uids, 0])
      }
      expect([...(await kept())].toSorted()).toEqual(samples.map(digest).toSorted())
    })

    it('never names what is no DICOM; what came with it is named, or all of it refused', async () => {
      const { pacs, samples } = await open()
      const bad = { sopUid: '1.2.3', bytes: Buffer.from('These are only words.') }
      const [good = bad] = samples
      const outcome = await pacs.store('pacs', [instanceOf(bad), instanceOf(good)]).then(
        ({ stored }) => [...stored].join(),
        (error: unknown) => (error instanceof Fault ? error.code : 'unknown'),
      )
      expect([good.sopUid, 'pacs.refused']).toContain(outcome)
      expect((await pacs.store('pacs', [instanceOf(good)])).stored).toEqual(new Set([good.sopUid]))
    })

    it('says who is away, who does not let us in, and that bytes were missing here', async () => {
      const { pacs, samples } = await open()
      const all = samples.map((one) => instanceOf(one))
      await expect(pacs.store('away', all)).rejects.toMatchObject({ code: 'pacs.unavailable' })
      await expect(pacs.store('wrong', all)).rejects.toMatchObject({ code: 'pacs.denied' })
      await expect(pacs.store('other', all)).rejects.toMatchObject({ code: 'pacs.unusable' })
      const short = samples.map((one) => instanceOf(one, one.bytes.length + 1))
      await expect(pacs.store('pacs', short)).rejects.toMatchObject({ code: 'store.damaged' })
    })
  })
}
