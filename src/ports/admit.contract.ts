/** What every adapter of `AdmissionLedger.admit` must do: one effect however many workers, and no key too many. */
import { beforeEach, describe, expect, it } from 'vitest'
import { chunkBytes } from '#domain/item.ts'
import { type VerdictCode, worstOutcome } from '#domain/verdict.ts'
import type { ItemDecision, Twins } from './admission-ledger.ts'
import {
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  caseKeyOf,
  decideAll,
  granted,
  type LedgersUnderTest,
  newFile,
  newInstance,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  type Run,
  race,
  type Sending,
  take,
} from './ledgers.contract.ts'

const hex = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const admitContract = (name: string, open: OpenLedgers): void => {
  describe(`admission ledger, admit: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const revision = async () => (await ledgers.cases.findCase(sending.case))?.revision
    const itemsOf = () => ledgers.delivery.itemsOf(sending.case)
    /** Marks what is in the case already, as the step does. */
    const settleDuplicates =
      (decisions: readonly ItemDecision[]) =>
      (twins: Twins): readonly ItemDecision[] =>
        decisions.map((decision) =>
          twins.digests.has(hex(decision.sha256)) ? { ...decision, codes: ['DUPLICATE' as const] } : decision,
        )
    /** What a worker is told of twins of these decisions; admits nothing new of them. */
    const twinsOf = async (over: Partial<ItemDecision>): Promise<Twins | null> => {
      const { pack } = await arrive(ledgers, sending, [77])
      const taken = await take(ledgers, pack.id)
      const decisions = decideAll(taken, over)
      let told: Twins | null = null
      await ledgers.admission.admit(
        taken,
        decisions,
        (twins) => {
          told = twins
          return decisions.map((decision) => ({ ...decision, codes: ['EMPTY_FILE'] }))
        },
        noon,
      )
      return told
    }

    it('gives each item the state its worst code leads to', async () => {
      const verdicts: VerdictCode[][] = [
        [],
        ['PDF_URI'],
        ['BAD_VR', 'PDF_URI'],
        ['BAD_VR', 'DICOM_TRUNCATED'],
        ['DICOM_TRUNCATED', 'EMPTY_FILE'],
      ]
      const { pack } = await arrive(ledgers, sending, [1, 2, 3, 4, 5])
      const decided = await admitAll(ledgers, pack.id, (n) => ({ codes: verdicts[n] ?? [], kind: 'pdf' }))
      expect(decided).toHaveLength(5)
      const items = new Map((await itemsOf()).map((item) => [item.id, item]))
      for (const { item, codes, sealedFacts } of decided) {
        expect(items.get(item)).toMatchObject({ state: worstOutcome(codes), codes, kind: 'pdf' })
        expect(plain(items.get(item)?.sealedFacts ?? null)).toEqual(sealedFacts)
      }
      expect(await take(ledgers, pack.id)).toMatchObject({ state: 'admitted' })
    })

    it('admits once, whatever races', async () => {
      const { pack } = await arrive(ledgers, sending, [1, 2, 3])
      const taken = await race(8, () => take(ledgers, pack.id))
      const answers = await Promise.all(
        taken.map((one) => {
          const decisions = decideAll(one)
          return ledgers.admission.admit(one, decisions, () => decisions, noon)
        }),
      )
      expect(answers.map((answer) => answer.length).toSorted((a, b) => a - b)).toEqual([
        0, 0, 0, 0, 0, 0, 0, 3,
      ])
      const won = answers.flat()
      expect(await revision()).toBe(1)
      expect((await itemsOf()).map((item) => plain(item.sealedFacts))).toEqual(
        (await itemsOf()).map((item) => won.find((one) => one.item === item.id)?.sealedFacts),
      )
    })

    it('tells twins apart when two packs of the same bytes are admitted at once', async () => {
      for (let round = 0; round < 5; round++) {
        const racing = await openSender(ledgers)
        const sha256 = bytes()
        const packs = [await arrive(ledgers, racing, [9]), await arrive(ledgers, racing, [9])]
        const taken = await Promise.all(packs.map(({ pack }) => take(ledgers, pack.id)))
        await Promise.all(
          taken.map((one) => {
            const decisions = decideAll(one, { sha256 })
            return ledgers.admission.admit(one, decisions, settleDuplicates(decisions), noon)
          }),
        )
        const items = await ledgers.delivery.itemsOf(racing.case)
        expect(items.map((item) => item.state).toSorted()).toEqual(['accepted', 'rejected'])
        expect(items.map((item) => item.codes.join()).toSorted()).toEqual(['', 'DUPLICATE'])
      }
    })

    it('names the same bytes and the same instance, whether readable or quarantined', async () => {
      for (const codes of [[], ['BAD_VR'], ['DICOM_TRUNCATED']] as const) {
        const { pack } = await arrive(ledgers, sending, [4])
        const instance = newInstance()
        const sha256 = bytes()
        await admitAll(ledgers, pack.id, { sha256, instance, codes, kind: 'dicom' })
        const others = { instance: newInstance(), sha256: bytes() }
        expect(await twinsOf({ ...others, sha256 })).toMatchObject({
          digests: new Set([hex(sha256)]),
          instances: new Map(),
        })
        expect(await twinsOf({ ...others, instance })).toMatchObject({
          digests: new Set(),
          instances: new Map([[instance.sopUid, hex(sha256)]]),
        })
      }
    })

    it('names no twin that was rejected, is of another case, or is not asked for', async () => {
      const { pack } = await arrive(ledgers, sending, [4])
      const sha256 = bytes()
      const instance = newInstance()
      await admitAll(ledgers, pack.id, { sha256, instance, codes: ['EMPTY_FILE'], kind: 'dicom' })
      const other = await openSender(ledgers)
      const theirs = await arrive(ledgers, other, [4])
      await admitAll(ledgers, theirs.pack.id, { sha256, instance, kind: 'dicom' })
      const unasked = await arrive(ledgers, sending, [4])
      await admitAll(ledgers, unasked.pack.id, { instance: newInstance(), kind: 'dicom' })
      expect(await twinsOf({ sha256, instance })).toMatchObject({ digests: new Set(), instances: new Map() })
    })

    it('keeps what `settle` returned and nothing else', async () => {
      const { pack } = await arrive(ledgers, sending, [4])
      const taken = await take(ledgers, pack.id)
      const settled = decideAll(taken, { codes: ['DUPLICATE'], kind: 'other' })
      const answer = await ledgers.admission.admit(
        taken,
        decideAll(taken, { kind: 'pdf' }),
        () => settled,
        noon,
      )
      expect(answer).toEqual(settled)
      expect(await itemsOf()).toMatchObject([{ state: 'rejected', codes: ['DUPLICATE'], kind: 'other' }])
    })

    it('leaves an item decided meanwhile as it is', async () => {
      const { pack } = await arrive(ledgers, sending, [4, 5])
      const stale = await take(ledgers, pack.id)
      const ids = await ledgers.admission.quarantinePack(pack.id, noon)
      expect(ids).toHaveLength(2)
      const decisions = decideAll(stale)
      expect(await ledgers.admission.admit(stale, decisions, () => decisions, noon)).toEqual([])
      expect((await itemsOf()).map((item) => item.state)).toEqual(['quarantined', 'quarantined'])
      expect(await revision()).toBe(0)
    })

    it('moves a pack without items to look into', async () => {
      const large = newFile(2 * chunkBytes)
      await announce(ledgers, sending, [large])
      const pack = newPack(sending, [[large, 0, 1]])
      granted(await ledgers.intake.recordPacks([pack]))
      expect(await admitAll(ledgers, pack.id)).toEqual([])
      expect(await take(ledgers, pack.id)).toMatchObject({ state: 'admitted' })
      expect(await ledgers.admission.owedPacks(after(100), 10)).toEqual([])
    })

    it('decides nothing in a case whose key is gone', async () => {
      const { pack } = await arrive(ledgers, sending, [4])
      const taken = await take(ledgers, pack.id)
      await ledgers.destroyKey(sending.case)
      const decisions = decideAll(taken)
      expect(await ledgers.admission.admit(taken, decisions, () => decisions, noon)).toEqual([])
      expect(await itemsOf()).toMatchObject([{ state: 'received', codes: [], sealedFacts: null }])
    })

    it('counts the case up when a bundle of it would change, and only then', async () => {
      const admitOne = async (codes: readonly VerdictCode[]) => {
        const { pack } = await arrive(ledgers, sending, [4])
        await admitAll(ledgers, pack.id, { codes })
        return revision()
      }
      expect(await admitOne([])).toBe(1)
      expect(await admitOne(['EMPTY_FILE'])).toBe(1)
      expect(await admitOne(['BAD_VR'])).toBe(2)
      expect(await admitOne(['MALWARE_FOUND'])).toBe(2)
      const { pack } = await arrive(ledgers, sending, [4])
      await ledgers.admission.quarantinePack(pack.id, noon)
      expect(await revision()).toBe(2)
    })

    it('goes on while the same items are sent again, and so does the sender', async () => {
      for (let round = 0; round < 10; round++) {
        const { files, pack } = await arrive(ledgers, sending, Array(30).fill(4))
        const fresh = newFile(7)
        await announce(ledgers, sending, [fresh])
        const again = newPack(
          sending,
          [...files, fresh].map((file): Run => [file]),
        )
        const taken = await take(ledgers, pack.id)
        const decisions = decideAll(taken).toReversed()
        const [decided, recorded] = await Promise.all([
          ledgers.admission.admit(taken, decisions, () => decisions, noon),
          ledgers.intake.recordPacks([again]),
        ])
        expect(decided).toHaveLength(30)
        expect(granted(recorded)).toEqual({ repeated: [], completed: [fresh.id] })
      }
    })

    it('hands an item over with its keys replaced by those of the case', async () => {
      const large = newFile(2 * chunkBytes + 1)
      await announce(ledgers, sending, [large])
      const packs = [newPack(sending, [[large, 1]]), newPack(sending, [[large, 0, 1]])] as const
      granted(await ledgers.intake.recordPacks(packs))
      await admitAll(ledgers, packs[1].id)
      const content = await ledgers.delivery.content(sending.case)
      expect(content?.items[0]?.extents.map((extent) => plain(extent.wrappedKey))).toEqual([
        caseKeyOf(large.id, 0),
        caseKeyOf(large.id, 1),
      ])
    })
  })
}
