/** What every adapter of `archive-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ItemId, OperatorId, PackId, PlanId } from '#domain/id.ts'
import type { PlannedFile } from './intake-ledger.ts'
import {
  admitAll,
  after,
  arrive,
  bytes,
  caseKeyOf,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const archiveLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`archive ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    let archive: ItemId
    let pack: PackId
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
      const arrived = await arrive(ledgers, sending, [700])
      await admitAll(ledgers, arrived.pack.id, { kind: 'archive', codes: ['PREAMBLE_NONZERO'] })
      archive = arrived.files[0]?.id ?? newId()
      pack = arrived.pack.id
    })

    const plenty = { files: 99, bytes: 1e9 }
    const record = (files: readonly PlannedFile[], of = archive, most = plenty, given = files) =>
      ledgers.archives.recordEntries(
        { id: newId<PlanId>(), ...sending, archive: of, lockedKey: 'plan key', at: noon },
        files,
        [
          newPack(
            sending,
            given.map((file) => [file]),
          ),
        ],
        most,
      )
    const itemsOf = () => ledgers.delivery.itemsOf(sending.case)
    const stateOf = async () => (await itemsOf()).find((item) => item.id === archive)?.state

    it('has what is needed to open an archive, and counts each try', async () => {
      const taken = await ledgers.archives.takeArchive(archive)
      expect(taken).toMatchObject({ id: archive, ...sending, size: 700, attempts: 0, takenBytes: 0 })
      expect(taken?.extents.map((extent) => plain(extent.wrappedKey))).toEqual([caseKeyOf(archive, 0)])
      expect(taken?.taken.size).toBe(0)
      expect((await ledgers.archives.takeArchive(archive))?.attempts).toBe(1)
      await ledgers.archives.giveBackArchive(archive)
      expect((await ledgers.archives.takeArchive(archive))?.attempts).toBe(1)
      expect(await ledgers.archives.takeArchive(newId())).toBeNull()
    })

    it('is owed until it ends, while its case takes records', async () => {
      const owed = (seconds: number) => ledgers.archives.owedArchives(after(seconds), 9)
      expect(await owed(-1)).toEqual([])
      expect(await owed(1)).toEqual([archive])
      // By a clock that was set back since.
      expect(await owed(-4_000)).toEqual([archive])
      await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)
      expect(await owed(1)).toEqual([])
      expect(await ledgers.archives.takeArchive(archive)).toBeNull()
    })

    it('takes files whole, knows them at the next try, and forgets tries', async () => {
      await race(3, () => ledgers.archives.takeArchive(archive))
      const files = [newFile(5), newFile(300_000), newFile(0)]
      expect(granted(await record(files)).completed).toHaveLength(3)
      const taken = await ledgers.archives.takeArchive(archive)
      expect(taken).toMatchObject({ attempts: 1, takenBytes: 300_005 })
      const known = files.map((file) => Buffer.from(file.fingerprint).toString('hex'))
      expect(taken?.taken).toEqual(new Set(known))
      const items = await itemsOf()
      expect(items.map((item) => [item.id, item.from, item.state])).toEqual([
        [archive, null, 'unpacking'],
        ...files.map((file) => [file.id, archive, 'received']),
      ])
    })

    it('takes a file once, whoever races, and nothing of a refused call', async () => {
      const again = newFile(5)
      const outcomes = await race(5, () => record([{ ...again, id: newId<ItemId>() }, newFile(6)]))
      expect(outcomes.filter((one) => refusedOf(one) === null)).toHaveLength(1)
      expect(outcomes.filter((one) => refusedOf(one) === 'state.conflict')).toHaveLength(4)
      expect(await itemsOf()).toHaveLength(3)
      expect(refusedOf(await record([newFile(7), newFile(8)], archive, { ...plenty, files: 3 }))).toBe(
        'plan.too-many',
      )
      const short = newFile(9)
      expect(
        refusedOf(await record([short], archive, plenty, [{ ...short, size: 8 }] as PlannedFile[])),
      ).toBe('plan.changed')
      await expect(record([newFile(7), newFile(8)], archive, plenty, [])).rejects.toMatchObject({
        code: 'internal',
      })
      expect(refusedOf(await record([newFile(7)], newId<ItemId>()))).toBe('state.conflict')
      await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)
      expect(refusedOf(await record([newFile(7)]))).toBe('case.closed')
      expect(await itemsOf()).toHaveLength(3)
    })

    it('takes no more bytes than a sender may bring, also out of archives inside others', async () => {
      const most = { files: 99, bytes: 1_000 }
      const inner = newFile(600)
      granted(await record([inner], archive, most))
      const [next] = await ledgers.admission.owedPacks(after(9), 9)
      await admitAll(ledgers, next ?? newId(), { kind: 'archive' })
      expect(refusedOf(await record([newFile(401)], inner.id, most))).toBe('plan.too-many')
      granted(await record([newFile(400)], inner.id, most))
      expect(refusedOf(await record([newFile(1)], archive, most))).toBe('plan.too-many')
      granted(await record([newFile(0)], archive, most))
      expect(await itemsOf()).toHaveLength(4)
    })

    it('holds up its case, and no sender: what came out of it nobody announced', async () => {
      await ledgers.intake.finish(sending.sender, 'receipt', noon)
      const complete = () => ledgers.cases.isComplete(sending.case)
      const offered = () => ledgers.admission.owedCases(after(9), 9)
      const taken = granted(await record([newFile(5)]))
      const items = await ledgers.intake.itemsOf(sending.sender, false)
      expect(items.map((item) => [item.id, item.from])).toEqual([
        [archive, null],
        [taken.completed[0], archive],
      ])
      const [inner] = await ledgers.admission.owedPacks(after(9), 9)
      await admitAll(ledgers, inner ?? newId())
      expect([await complete(), await offered()]).toEqual([false, []])
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_OPENED'], noon)
      expect([await complete(), await offered()]).toEqual([true, [sending.case]])
      const planned = await ledgers.intake.plan(
        { id: newId<PlanId>(), ...sending, archive: null, lockedKey: 'plan key', at: noon },
        [newFile(5)],
        2,
      )
      expect(refusedOf(planned)).toBeNull()
    })

    it('counts the archives a file lies in', async () => {
      const depthOf = async (): Promise<readonly number[]> => {
        const [next] = await ledgers.admission.owedPacks(after(9), 9)
        const arrived = await ledgers.admission.takePack(next ?? newId())
        await admitAll(ledgers, next ?? newId(), { kind: 'archive' })
        return (arrived?.items ?? []).map((item) => item.depth)
      }
      const files = [newFile(1), newFile(2), newFile(3)]
      await arrive(ledgers, sending, [4])
      expect(await depthOf()).toEqual([0])
      for (const [above, file] of files.entries()) {
        granted(await record([file], above === 0 ? archive : (files[above - 1]?.id ?? newId())))
        expect(await depthOf()).toEqual([Math.min(above + 1, 2)])
      }
    })

    it.each([
      ['unpacked', 'ARCHIVE_OPENED'],
      ['rejected', 'ARCHIVE_PASSWORD'],
      ['quarantined', 'ARCHIVE_DAMAGED'],
    ] as const)('ends once as %s, and only what waits keeps its bytes', async (state, code) => {
      const ended = await race(4, () => ledgers.archives.closeArchive(archive, [code], noon))
      const packs = state === 'quarantined' ? [] : [pack]
      expect(ended.filter((one) => one !== null)).toEqual([{ state, packs }])
      expect(await stateOf()).toBe(state)
      expect((await itemsOf())[0]?.codes).toEqual([code, 'PREAMBLE_NONZERO'])
      expect(await ledgers.archives.owedArchives(after(9), 9)).toEqual([])
      expect(await ledgers.admission.dropPack(pack)).toBe(state !== 'quarantined')
      expect(await ledgers.delivery.item(sending.case, archive)).toBeNull()
    })

    it('released, and again, takes a ready case back, and only where records are taken', async () => {
      const state = async () => (await ledgers.cases.findCase(sending.case))?.state
      const decide = (act: 'release' | 'discard') =>
        ledgers.decisions.decide({
          case: sending.case,
          item: archive,
          by: newId<OperatorId>(),
          act,
          reason: 'other',
          sealedNote: null,
          at: noon,
        })
      const release = () => decide('release')
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_DAMAGED'], noon)
      expect(await ledgers.cases.moveCase(sending.case, 'ready', noon)).toBe(true)
      granted(await release())
      expect(await state()).toBe('collecting')
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_DAMAGED'], noon)
      for (const next of ['ready', 'assigned', 'in_review', 'opined'] as const)
        expect(await ledgers.cases.moveCase(sending.case, next, noon)).toBe(true)
      expect(refusedOf(await release())).toBe('case.closed')
      expect(await ledgers.decisions.decisionsOf(sending.case)).toHaveLength(1)
      await ledgers.cases.moveCase(sending.case, 'in_review', noon)
      granted(await release())
      expect([await state(), await ledgers.archives.owedArchives(after(9), 9)]).toEqual([
        'in_review',
        [archive],
      ])
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_DAMAGED'], noon)
      expect(granted(await decide('discard'))).toMatchObject({ state: 'discarded', packs: [pack] })
    })

    it('released from quarantine is opened again, and never read', async () => {
      await race(3, () => ledgers.archives.takeArchive(archive))
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_LIMIT'], noon)
      const word = {
        case: sending.case,
        item: archive,
        by: newId<OperatorId>(),
        sealedNote: bytes(40),
        at: noon,
      } as const
      const decided = granted(await ledgers.decisions.decide({ ...word, act: 'release', reason: 'other' }))
      expect(decided.state).toBe('unpacking')
      expect(await ledgers.delivery.item(sending.case, archive)).toBeNull()
      expect((await ledgers.archives.takeArchive(archive))?.attempts).toBe(0)
      await ledgers.archives.closeArchive(archive, ['ARCHIVE_OPENED'], noon)
      expect((await itemsOf())[0]).toMatchObject({
        state: 'unpacked',
        codes: ['ARCHIVE_OPENED', 'PREAMBLE_NONZERO'],
      })
    })
  })
}
