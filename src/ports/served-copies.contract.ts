/** What a ledger must do with files that leave otherwise than they came: from admission to the reader. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ItemId, OperatorId } from '#domain/id.ts'
import {
  admitAll,
  after,
  arrive,
  granted,
  type LedgersUnderTest,
  newId,
  newServed,
  type OpenLedgers,
  openSender,
  plain,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const servedCopiesContract = (name: string, open: OpenLedgers): void => {
  describe(`served copies: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const content = () => ledgers.delivery.content(sending.case)
    const item = (id: ItemId) => ledgers.delivery.item(sending.case, id)

    it('gives what is changed on its way out as it was decided, together and alone', async () => {
      const { pack } = await arrive(ledgers, sending, [200, 200])
      const served = newServed()
      const codes = ['PREAMBLE_NONZERO', 'BAD_VR'] as const
      const [changed] = await admitAll(ledgers, pack.id, (n) =>
        n === 0 ? { kind: 'dicom', codes, served } : { kind: 'dicom' },
      )
      const id = changed?.item as ItemId
      const found = (await content())?.items ?? []
      expect(found).toHaveLength(2)
      for (const one of found) expect(one.served === null).toBe(one.id !== id)
      for (const one of [found.find((some) => some.id === id), (await item(id))?.items[0]]) {
        expect(plain(one?.sha256 ?? null)).toEqual(changed?.sha256)
        expect(one).toMatchObject({ codes, crc32: changed?.crc32, served: { crc32: served.crc32 } })
        expect(plain(one?.served?.sha256 ?? null)).toEqual(served.sha256)
        const patches = one?.served?.patches.map((patch) => ({ ...patch, bytes: plain(patch.bytes) }))
        expect(patches).toEqual(served.patches)
      }
    })

    it('keeps back a program that nothing would change on its way out', async () => {
      const { pack } = await arrive(ledgers, sending, [200, 201])
      const served = newServed()
      const [changed, kept] = await admitAll(ledgers, pack.id, (n) => ({
        kind: 'dicom',
        codes: ['PREAMBLE_EXECUTABLE'],
        ...(n === 0 ? { served } : {}),
      }))
      for (const one of await ledgers.decisions.waitingOf(sending.case))
        granted(
          await ledgers.decisions.decide({
            case: sending.case,
            item: one.id,
            by: newId<OperatorId>(),
            act: 'release',
            reason: 'other',
            sealedNote: null,
            at: after(1),
          }),
        )
      expect((await content())?.items).toMatchObject([{ id: changed?.item }])
      const states = (await ledgers.delivery.itemsOf(sending.case)).map(({ state }) => state)
      expect(states).toEqual(['released', 'released'])
      expect(await item(changed?.item as ItemId)).not.toBeNull()
      expect(await item(kept?.item as ItemId)).toBeNull()
    })
  })
}
