/** What every adapter of `AdmissionLedger.admit` must tell of the studies that a case shows already. */
import { describe, expect, it } from 'vitest'
import type { Twins } from './admission-ledger.ts'
import {
  admitAll,
  arrive,
  decideAll,
  newInstance,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  take,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const shownStudiesContract = (name: string, open: OpenLedgers): void => {
  describe(`admission ledger, shown studies: ${name}`, () => {
    it('names one readable item of each study of the case, with its facts', async () => {
      const ledgers = await open()
      const sending = await openSender(ledgers)
      const studyUid = '1.2.3'
      const { pack } = await arrive(ledgers, sending, [1, 2, 3, 4, 5])
      const instances = [studyUid, studyUid, studyUid, '1.2.4', '1.2.5'].map((uid) =>
        newInstance({ studyUid: uid }),
      )
      const decided = await admitAll(ledgers, pack.id, (n) => ({
        kind: 'dicom',
        instance: instances[n] ?? null,
        codes: n < 2 ? [] : n === 4 ? ['BAD_VR'] : ['IDENTITY_OTHER_PATIENT'],
      }))
      const other = await arrive(ledgers, await openSender(ledgers), [5])
      await admitAll(ledgers, other.pack.id, { kind: 'dicom', instance: newInstance() })

      const asking = await take(ledgers, (await arrive(ledgers, sending, [6])).pack.id)
      const told: Twins[] = []
      await ledgers.admission.admit(
        asking,
        decideAll(asking),
        (twins) => {
          told.push(twins)
          return decideAll(asking)
        },
        noon,
      )
      const shown = told[0]?.shown ?? []
      const indexes = shown.map(({ item }) => decided.findIndex((decision) => decision.item === item))
      expect(new Set(indexes.map((index) => instances[index]?.studyUid))).toEqual(
        new Set([studyUid, '1.2.5']),
      )
      expect(indexes).toHaveLength(2)
      expect(indexes).not.toContain(2)
      expect(shown.map(({ sealedFacts }) => plain(sealedFacts))).toEqual(
        indexes.map((index) => decided[index]?.sealedFacts),
      )
    })
  })
}
