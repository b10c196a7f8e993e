/** What every adapter of `completeness-ledger.ts` must do: all that came, whatever became of it, and nothing else. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { type CompletenessLedger, mostLists } from './completeness-ledger.ts'
import {
  admitAll,
  announce,
  arrive,
  bytes,
  type LedgersUnderTest,
  newFile,
  newId,
  newInstance,
  openSender,
  plain,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const completenessLedgerContract = (
  name: string,
  open: () => Promise<LedgersUnderTest & { readonly completeness: CompletenessLedger }>,
): void => {
  describe(`completeness ledger: ${name}`, () => {
    let ledgers: Awaited<ReturnType<typeof open>>
    beforeEach(async () => {
      ledgers = await open()
    })

    it('tells of everything that came, in the order it was announced', async () => {
      const sending = await openSender(ledgers)
      const { pack, files } = await arrive(ledgers, sending, [1, 2, 3, 4])
      const instance = newInstance()
      const sealedList = bytes(90)
      const decided = await admitAll(
        ledgers,
        pack.id,
        (n) =>
          [
            { kind: 'dicom' as const, instance },
            { kind: 'dicom' as const, instance: newInstance(), codes: ['UID_COLLISION' as const] },
            { codes: ['DICOM_DIRECTORY' as const], sealedList },
            { kind: 'pdf' as const, pages: 2 },
          ][n] ?? {},
      )
      const announced = newFile(9)
      await announce(ledgers, sending, [announced])
      const came = await ledgers.completeness.cameOf(sending.case)
      expect(came.map(({ id }) => id)).toEqual([...files.map(({ id }) => id), announced.id])
      const of = (n: number) => came.find(({ id }) => id === decided[n]?.item)
      expect(of(0)).toMatchObject({ state: 'accepted', codes: [], instance, sealedList: null })
      expect(plain(of(0)?.sealedFacts ?? null)).toEqual(decided[0]?.sealedFacts)
      expect(of(1)).toMatchObject({ state: 'quarantined', codes: ['UID_COLLISION'] })
      expect(of(2)).toMatchObject({ state: 'rejected', instance: null, sealedFacts: null })
      expect(plain(of(2)?.sealedList ?? null)).toEqual(sealedList)
      expect(of(3)).toMatchObject({ state: 'accepted', instance: null, sealedFacts: null, sealedList: null })
      expect(came.at(-1)).toMatchObject({ state: 'receiving', instance: null })
    })

    it('gives the lists of no more discs than a case comes on', async () => {
      const sending = await openSender(ledgers)
      const sizes = Array.from({ length: mostLists + 3 }, () => 1)
      const { pack } = await arrive(ledgers, sending, [...sizes, 1])
      await admitAll(ledgers, pack.id, (n) =>
        n === 0 ? {} : { codes: ['DICOM_DIRECTORY' as const], sealedList: bytes(9) },
      )
      const came = await ledgers.completeness.cameOf(sending.case)
      expect(came).toHaveLength(mostLists + 4)
      expect(came.filter(({ sealedList }) => sealedList !== null)).toHaveLength(mostLists)
    })

    it('tells of its own case only', async () => {
      const sending = await openSender(ledgers)
      const other = await openSender(ledgers)
      const { pack } = await arrive(ledgers, other, [1])
      await admitAll(ledgers, pack.id, { codes: ['DICOM_DIRECTORY'], sealedList: bytes(9) })
      expect(await ledgers.completeness.cameOf(sending.case)).toEqual([])
      expect(await ledgers.completeness.cameOf(newId<CaseId>())).toEqual([])
      expect(await ledgers.completeness.cameOf(other.case)).toHaveLength(1)
    })
  })
}
