/** What every adapter of `decision-ledger.ts` must do: one decision an item, whoever races, and two people where it takes two. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { DecisionAct } from '#domain/decision.ts'
import type { ItemId, OperatorId, PackId } from '#domain/id.ts'
import { chunkBytes } from '#domain/item.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import type { Decided, NewDecision } from './decision-ledger.ts'
import {
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  caseKeyOf,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newInstance,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  race,
  refusedOf,
  type Sending,
  take,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const decisionLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`decision ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    /** An item that a check stopped, and the pack it came in. */
    const stopped = async (codes: readonly VerdictCode[] = ['NO_PIXELS']) => {
      const { files, pack } = await arrive(ledgers, sending, [5])
      await admitAll(ledgers, pack.id, {
        codes,
        sealedText: bytes(90),
        kind: 'dicom',
        instance: newInstance({ modality: 'MR' }),
      })
      return { item: files[0]?.id ?? newId<ItemId>(), pack: pack.id }
    }
    /** Items of one pack that no check could look into. */
    const unlooked = async (sizes = [5, 6]): Promise<{ pack: PackId; items: readonly ItemId[] }> => {
      const { pack, files } = await arrive(ledgers, sending, sizes)
      await ledgers.admission.quarantinePack(pack.id, noon)
      return { pack: pack.id, items: files.map((file) => file.id) }
    }
    const choose = (
      item: ItemId,
      act: DecisionAct = 'release',
      over: Partial<NewDecision> = {},
    ): Promise<Decided | { refused: unknown }> =>
      ledgers.decisions.decide({
        case: sending.case,
        item,
        by: newId<OperatorId>(),
        act,
        reason: 'other',
        sealedNote: null,
        at: after(60),
        ...over,
      })
    const stateOf = async (id: ItemId) =>
      (await ledgers.delivery.itemsOf(sending.case)).find((item) => item.id === id)?.state
    const revision = () => ledgers.delivery.revision(sending.case)
    const waiting = () => ledgers.decisions.waitingOf(sending.case)

    it('lists what waits, in the order announced, with what is known of it', async () => {
      const { item } = await stopped(['NO_PIXELS', 'BAD_VR'])
      const { items } = await unlooked([7])
      await admitAll(ledgers, (await arrive(ledgers, sending, [8])).pack.id)
      const other = await openSender(ledgers)
      const theirs = await arrive(ledgers, other, [9])
      await admitAll(ledgers, theirs.pack.id, { codes: ['NO_PIXELS'] })
      const listed = await waiting()
      expect(listed.map((one) => one.id)).toEqual([item, ...items])
      expect(listed).toMatchObject([
        { codes: ['NO_PIXELS', 'BAD_VR'], looked: true, modality: 'MR', kind: 'dicom', proposed: null },
        { codes: ['CHECK_UNAVAILABLE'], looked: false, modality: null, sealedFacts: null, since: noon },
      ])
    })

    it('releases: readable with its keys, the case counted up, and it waits no more', async () => {
      const { item } = await stopped()
      expect(await revision()).toBe(0)
      expect(await choose(item)).toEqual({ state: 'released', codes: ['NO_PIXELS'], packs: [] })
      expect(await stateOf(item)).toBe('released')
      const content = await ledgers.delivery.content(sending.case)
      expect(content).toMatchObject({ revision: 1, changedAt: after(60), items: [{ id: item }] })
      expect(plain(content?.items[0]?.extents[0]?.wrappedKey ?? null)).toEqual(caseKeyOf(item, 0))
      expect(await waiting()).toEqual([])
    })

    it('discards: no key of it is left, its packs are named and can be dropped, the bundle stays as it was', async () => {
      const large = newFile(2 * chunkBytes)
      await announce(ledgers, sending, [large])
      const packs = [newPack(sending, [[large, 1]]), newPack(sending, [[large, 0, 1]])] as const
      granted(await ledgers.intake.recordPacks(packs))
      for (const pack of packs) await admitAll(ledgers, pack.id, { codes: ['MALWARE_FOUND'], kind: 'pdf' })
      const decided = granted(await choose(large.id, 'discard'))
      expect(decided).toMatchObject({ state: 'discarded', codes: ['MALWARE_FOUND'] })
      expect([...decided.packs].toSorted()).toEqual(packs.map((pack) => pack.id).toSorted())
      expect(await stateOf(large.id)).toBe('discarded')
      expect(await ledgers.delivery.item(sending.case, large.id)).toBeNull()
      expect(await revision()).toBe(0)
      for (const pack of packs) expect(await ledgers.admission.dropPack(pack.id)).toBe(true)
    })

    it('discards what nothing looked into, and its pack can go once nothing lives in it', async () => {
      const { pack, items } = await unlooked()
      const [first = newId<ItemId>(), second = newId<ItemId>()] = items
      granted(await choose(first, 'discard'))
      expect(await ledgers.admission.dropPack(pack)).toBe(false)
      granted(await choose(second, 'discard'))
      expect(await ledgers.admission.dropPack(pack)).toBe(true)
    })

    it('takes the same bytes and the same instance again once they were discarded', async () => {
      const sha256 = bytes()
      const instance = newInstance()
      const { files, pack } = await arrive(ledgers, sending, [4])
      await admitAll(ledgers, pack.id, { sha256, instance, codes: ['NO_PIXELS'], kind: 'dicom' })
      granted(await choose(files[0]?.id ?? newId(), 'discard'))
      const again = await take(ledgers, (await arrive(ledgers, sending, [4])).pack.id)
      let told = -1
      const decision = {
        item: again.items[0]?.id ?? newId<ItemId>(),
        kind: 'dicom' as const,
        codes: [],
        sha256,
      }
      const rest = { crc32: 1, sealedFacts: bytes(), instance, pages: null, keys: [bytes(40)] }
      const decisions = [{ ...decision, ...rest }]
      await ledgers.admission.admit(
        again,
        decisions,
        (twins) => {
          told = twins.digests.size + twins.instances.size
          return decisions
        },
        noon,
      )
      expect(told).toBe(0)
    })

    it('takes two different people to release another patient’s file', async () => {
      const { item } = await stopped(['IDENTITY_OTHER_PATIENT'])
      const [first, second] = [newId<OperatorId>(), newId<OperatorId>()]
      const reason = 'identity-confirmed'
      expect(await choose(item, 'release', { by: first, reason })).toMatchObject({ state: 'quarantined' })
      expect(await waiting()).toMatchObject([{ id: item, proposed: { by: first, at: after(60), reason } }])
      expect(await revision()).toBe(0)
      expect(refusedOf(await choose(item, 'release', { by: first }))).toBe('item.second-person')
      expect(await stateOf(item)).toBe('quarantined')
      expect(await choose(item, 'release', { by: second })).toMatchObject({ state: 'released' })
      expect(await revision()).toBe(1)
      const common = { item, act: 'release', at: after(60), sealedNote: null }
      expect(await ledgers.decisions.decisionsOf(sending.case)).toEqual([
        { ...common, by: first, reason, outcome: 'proposed' },
        { ...common, by: second, reason: 'other', outcome: 'done' },
      ])
    })

    it('lets one person discard it, also after another has said yes', async () => {
      const { item } = await stopped(['IDENTITY_OTHER_PATIENT'])
      granted(await choose(item))
      expect(await choose(item, 'discard')).toMatchObject({ state: 'discarded' })
      expect(refusedOf(await choose(item))).toBe('item.not-waiting')
    })

    it('counts one person’s word once, however often it is said at once', async () => {
      const { item } = await stopped(['IDENTITY_OTHER_PATIENT'])
      const by = newId<OperatorId>()
      const answers = await race(8, () => choose(item, 'release', { by }))
      expect(answers.filter((answer) => refusedOf(answer) === null)).toHaveLength(1)
      expect(await stateOf(item)).toBe('quarantined')
    })

    it('decides once when people race, and the others are told', async () => {
      for (let round = 0; round < 5; round++) {
        const { item } = await stopped()
        const before = await revision()
        const answers = await race(8, (index) => choose(item, index % 2 === 0 ? 'release' : 'discard'))
        const won = answers.filter((answer) => refusedOf(answer) === null) as Decided[]
        expect(won).toHaveLength(1)
        expect(answers.filter((answer) => refusedOf(answer) === 'item.not-waiting')).toHaveLength(7)
        expect(await stateOf(item)).toBe(won[0]?.state)
        expect(await revision()).toBe((before ?? 0) + (won[0]?.state === 'released' ? 1 : 0))
      }
    })

    it('releases once when three people race to be the second', async () => {
      const { item } = await stopped(['IDENTITY_OTHER_PATIENT'])
      const answers = await race(3, () => choose(item))
      const states = answers.map((answer) => refusedOf(answer) ?? (answer as Decided).state)
      expect(states.toSorted()).toEqual(['item.not-waiting', 'quarantined', 'released'])
      expect(await revision()).toBe(1)
    })

    it('refuses without effect what may not be', async () => {
      const { item: malware } = await stopped(['IDENTITY_OTHER_PATIENT', 'MALWARE_FOUND'])
      const { items } = await unlooked([5])
      const [blind = newId<ItemId>()] = items
      const accepted = await arrive(ledgers, sending, [5])
      await admitAll(ledgers, accepted.pack.id)
      const received = await arrive(ledgers, sending, [5])
      const other = await openSender(ledgers)
      const before = [await ledgers.delivery.itemsOf(sending.case), await revision()]
      expect(refusedOf(await choose(malware))).toBe('item.locked')
      expect(refusedOf(await choose(blind))).toBe('item.unchecked')
      for (const act of ['release', 'discard'] as const) {
        for (const { files } of [accepted, received])
          expect(refusedOf(await choose(files[0]?.id ?? newId(), act))).toBe('item.not-waiting')
        expect(refusedOf(await choose(newId(), act))).toBe('item.not-found')
        expect(refusedOf(await choose(malware, act, { case: other.case }))).toBe('item.not-found')
        expect(refusedOf(await choose(malware, act, { case: newId() }))).toBe('item.not-found')
      }
      expect([await ledgers.delivery.itemsOf(sending.case), await revision()]).toEqual(before)
    })

    it('decides nothing in a case that is not read any more', async () => {
      const { item } = await stopped()
      const { items } = await unlooked([5])
      await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)
      expect(refusedOf(await choose(item, 'discard'))).toBe('case.closed')
      const asked = { case: sending.case, item: items[0] ?? item, by: newId<OperatorId>(), at: noon }
      expect(refusedOf(await ledgers.decisions.checkAgain(asked))).toBe('case.closed')
      expect(await stateOf(item)).toBe('quarantined')
    })
  })
}
