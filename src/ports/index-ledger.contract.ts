/** What every adapter of `index-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, IndexId, LinkId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'
import type { IndexLedger, IndexState } from './index-ledger.ts'
import { newConsent, newIntroduction } from './introduction-ledger.contract.ts'
import {
  addSender,
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newPack,
  newSession,
  noon,
  openCase,
  openLink,
  openSender,
  race,
  take,
} from './ledgers.contract.ts'
import type { NewLink } from './link-ledger.ts'

export type IndexedLedgers = LedgersUnderTest & { readonly indexes: IndexLedger }

/** State and rows of a case, read whole. */
export const readCase = (
  { indexes }: Pick<IndexedLedgers, 'indexes'>,
  id: CaseId,
): Promise<{ state: IndexState; rows: KeptRows[] } | null> =>
  indexes.viewCase(id, async (state, rows) => {
    const all: KeptRows[] = []
    for await (const some of rows) all.push(some)
    return { state, rows: all }
  })

const mark = { actor: { kind: 'worker' }, object: null, facts: {} } as const

/** Appends so many entries to the audit chain. */
export const appendMany = async (
  { audit }: Pick<IndexedLedgers, 'audit'>,
  count: number,
  of: CaseId | null = null,
): Promise<void> => {
  for (let index = 0; index < count; index += 1)
    await audit.append({ action: 'case.opened', case: of, ...mark }, after(index))
}

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const indexLedgerContract = (name: string, open: () => Promise<IndexedLedgers>): void => {
  describe(`index ledger: ${name}`, () => {
    let ledgers: IndexedLedgers
    let indexes: IndexLedger
    beforeEach(async () => {
      ledgers = await open()
      indexes = ledgers.indexes
    })

    const stateOf = async (id: CaseId): Promise<IndexState> => {
      const found = await readCase(ledgers, id)
      if (found === null) throw new Error('no such case')
      return found.state
    }

    const newIndex = (state: IndexState, at = noon, costMs = 0) => ({
      object: newId<IndexId>(),
      sequence: state.sequence + 10,
      after: state.sequence,
      changed: state.changed,
      costMs,
      at,
    })

    /** Records an index of the case as it is now. */
    const index = async (id: CaseId, at = noon, costMs = 0) => {
      const made = newIndex(await stateOf(id), at, costMs)
      expect(await indexes.recordIndex(id, made)).toBe(true)
      return made
    }

    describe('viewCase', () => {
      it('knows no case that is not there', async () => {
        expect(await readCase(ledgers, newId())).toBeNull()
      })

      it('gives every row of the case and none of another', async () => {
        const other = await openSender(ledgers)
        await arrive(ledgers, other, [9])
        const sending = await openSender(ledgers)
        await openLink(ledgers, sending)
        granted(await ledgers.introductions.introduce(newIntroduction(sending), newConsent()))
        const { pack, files } = await arrive(ledgers, sending, [1, 2])
        await admitAll(ledgers, pack.id)
        granted(await ledgers.intake.finish(sending.sender, 'receipt', noon))
        const found = await readCase(ledgers, sending.case)
        expect((found?.rows ?? []).map((some) => [some.table.name, some.rows.length])).toEqual([
          ['cases', 1],
          ['senders', 1],
          ['introductions', 1],
          ['consents', 1],
          ['receipts', 1],
          ['links', 1],
          ['plans', 1],
          ['packs', 1],
          ['items', 2],
          ['extents', 2],
          ['verdicts', 2],
        ])
        const items = found?.rows.find((some) => some.table.name === 'items')
        expect(items?.rows.map((row) => row[0])).toEqual(files.map((file) => file.id))
      })

      it('is one moment, whatever changes meanwhile', async () => {
        const sending = await openSender(ledgers)
        const before = await stateOf(sending.case)
        const seen = await indexes.viewCase(sending.case, async (state, rows) => {
          await addSender(ledgers, sending.case)
          const senders: number[] = []
          for await (const some of rows) if (some.table.name === 'senders') senders.push(some.rows.length)
          return { state, senders }
        })
        expect(seen).toEqual({ state: before, senders: [1] })
        expect((await stateOf(sending.case)).changed).toBe(before.changed + 1)
      })

      it('says that a key was destroyed', async () => {
        const id = await openCase(ledgers)
        expect((await stateOf(id)).wrappedKey).toBe(`wrapped ${id}`)
        await ledgers.destroyKey(id)
        expect((await stateOf(id)).wrappedKey).toBeNull()
      })
    })

    describe('changes', () => {
      const expectCounted = async <T>(id: CaseId, by: number, work: () => Promise<T>): Promise<T> => {
        const { changed } = await stateOf(id)
        const result = await work()
        expect((await stateOf(id)).changed).toBe(changed + by)
        return result
      }

      it('are counted: of the case, its senders and links', async () => {
        const id = await openCase(ledgers)
        expect(await stateOf(id)).toMatchObject({ changed: 1, indexed: 0, sequence: 0, object: null })
        const sender = await expectCounted(id, 1, () => addSender(ledgers, id))
        const sending = { case: id, sender }
        const link = await expectCounted(id, 1, () => openLink(ledgers, sending))
        await expectCounted(id, 1, () => ledgers.links.exchange(link.id, newSession(noon)))
        const { case: _, sender: __, ...terms } = link
        const next = { ...terms, id: newId<typeof link.id>(), secretHash: bytes() }
        await expectCounted(id, 1, () => ledgers.links.renewLink(link.id, next))
        await expectCounted(id, 1, () => ledgers.links.revokeLink(next.id, noon))
        await expectCounted(id, 0, () => ledgers.links.revokeLink(next.id, noon))
        await expectCounted(id, 1, () => ledgers.cases.moveCase(id, 'collecting', noon))
        await expectCounted(id, 0, () => ledgers.cases.moveCase(id, 'collecting', noon))
      })

      it('are counted: of records, but not each pack, which tells of itself', async () => {
        const sending = await openSender(ledgers)
        const id = sending.case
        const files = [newFile(1), newFile(2)]
        await expectCounted(id, 1, () => announce(ledgers, sending, files))
        await expectCounted(id, 0, () => announce(ledgers, sending, files))
        const packs = files.map((file) => newPack(sending, [[file]]))
        await expectCounted(id, 0, () => ledgers.intake.recordPacks(packs))
        const [first, second] = packs.map((pack) => pack.id)
        if (first === undefined || second === undefined) throw new Error('two packs')
        await expectCounted(id, 0, () => take(ledgers, first))
        await expectCounted(id, 1, () => admitAll(ledgers, first, { codes: ['EMPTY_FILE'] }))
        await expectCounted(id, 1, () => ledgers.admission.dropPack(first))
        await expectCounted(id, 0, () => ledgers.admission.dropPack(first))
        await expectCounted(id, 1, () => ledgers.admission.quarantinePack(second, noon))
        await expectCounted(id, 0, () => ledgers.admission.quarantinePack(second, noon))
        await expectCounted(id, 1, () => ledgers.intake.finish(sending.sender, 'receipt', noon))
      })

      it('are all counted, however many at once', async () => {
        const sending = await openSender(ledgers)
        await expectCounted(sending.case, 20, () => race(20, () => openLink(ledgers, sending)))
      })
    })

    describe('recordIndex', () => {
      it('lets one of many count', async () => {
        const id = await openCase(ledgers)
        const state = await stateOf(id)
        const made = Array.from({ length: 8 }, () => newIndex(state))
        const won = await Promise.all(made.map((one) => indexes.recordIndex(id, one)))
        expect(won.filter(Boolean)).toHaveLength(1)
        const { object, sequence } = made[won.indexOf(true)] ?? newIndex(state)
        expect(await stateOf(id)).toMatchObject({ changed: 1, indexed: 1, object, sequence })
      })

      it('owes another one to a change made while it was written', async () => {
        const id = await openCase(ledgers)
        const made = newIndex(await stateOf(id))
        await addSender(ledgers, id)
        expect(await indexes.recordIndex(id, made)).toBe(true)
        expect(await indexes.owedIndexes(after(3_600), 9)).toEqual([id])
      })
    })

    describe('owedIndexes', () => {
      it('names cases without one at once, those with one after a change and a pause', async () => {
        const sending = await openSender(ledgers)
        const id = sending.case
        expect(await indexes.owedIndexes(noon, 9)).toEqual([id])
        await index(id)
        expect(await indexes.owedIndexes(after(3_600), 9)).toEqual([])
        await announce(ledgers, sending, [newFile(1)])
        expect(await indexes.owedIndexes(after(59), 9)).toEqual([])
        expect(await indexes.owedIndexes(after(60), 9)).toEqual([id])
        await ledgers.cases.moveCase(id, 'collecting', noon)
        await ledgers.cases.moveCase(id, 'ready', noon)
        expect(await indexes.owedIndexes(after(4), 9)).toEqual([])
        expect(await indexes.owedIndexes(after(5), 9)).toEqual([id])
      })

      it('names one at once when it was decided who may send', async () => {
        const sending = await openSender(ledgers)
        const id = sending.case
        const urgent = async (owed: boolean, work: () => Promise<unknown>): Promise<void> => {
          await index(id, noon, 10_000)
          await work()
          expect(await indexes.owedIndexes(noon, 9)).toEqual(owed ? [id] : [])
        }
        const links: NewLink[] = []
        await urgent(true, async () => links.push(await openLink(ledgers, sending)))
        await urgent(true, async () => links.push(await openLink(ledgers, sending, { maxUses: 1 })))
        const [any = newId<LinkId>(), once = newId<LinkId>()] = links.map((link) => link.id)
        await urgent(false, () => ledgers.links.exchange(any, newSession(noon)))
        await urgent(true, () => ledgers.links.exchange(once, newSession(noon)))
        await urgent(true, () => ledgers.links.revokeLink(any, noon))
        await urgent(true, () => addSender(ledgers, id))
        await urgent(false, () => ledgers.cases.moveCase(id, 'collecting', noon))
      })

      it('names one that took long less often, and no more than asked for', async () => {
        const sending = await openSender(ledgers)
        const id = sending.case
        await index(id, noon, 10_000)
        await announce(ledgers, sending, [newFile(1)])
        expect(await indexes.owedIndexes(after(499), 9)).toEqual([])
        expect(await indexes.owedIndexes(after(500), 9)).toEqual([id])
        await openCase(ledgers)
        expect(await indexes.owedIndexes(after(500), 1)).toHaveLength(1)
      })
    })
  })
}
