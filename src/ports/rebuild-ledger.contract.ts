/** What every adapter of `rebuild-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, IndexId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'
import { appendMany, type IndexedLedgers, readCase } from './index-ledger.contract.ts'
import { newConsent, newIntroduction } from './introduction-ledger.contract.ts'
import {
  admitAll,
  after,
  announce,
  arrive,
  bytes,
  granted,
  newFile,
  newId,
  newInstance,
  newLargeFile,
  newPack,
  newServed,
  newSession,
  noon,
  openCase,
  openLink,
  openSender,
  type Sending,
} from './ledgers.contract.ts'
import type { RebuildLedger } from './rebuild-ledger.ts'

export type RebuiltLedgers = IndexedLedgers & { readonly rebuild: RebuildLedger }

async function* given(rows: readonly KeptRows[]): AsyncGenerator<KeptRows> {
  yield* rows
}

const damaged = { name: 'Fault', code: 'store.damaged' }

/** Runs the suite on ledgers from `open`, which are empty at the start of every test and after every call. */
export const rebuildLedgerContract = (name: string, open: () => Promise<RebuiltLedgers>): void => {
  describe(`rebuild ledger: ${name}`, () => {
    let ledgers: RebuiltLedgers
    beforeEach(async () => {
      ledgers = await open()
    })

    /** A case with something in every table. */
    const live = async (): Promise<Sending> => {
      const sending = await openSender(ledgers)
      const link = await openLink(ledgers, sending, {
        check: 'birth-date',
        codeHash: bytes(60),
        language: 'hi',
        sealedFacts: bytes(90),
        maxUses: 3,
      })
      await ledgers.links.countQuestions(link.id, 7)
      await ledgers.links.askForLink(link.id, noon)
      granted(await ledgers.links.exchange(link.id, newSession(noon)))
      granted(await ledgers.introductions.introduce(newIntroduction(sending), newConsent()))
      granted(await ledgers.introductions.introduce(newIntroduction(sending, after(1)), newConsent()))
      const { pack } = await arrive(ledgers, sending, [200, 2, 3, 0])
      await admitAll(ledgers, pack.id, (n) =>
        n === 0
          ? { kind: 'dicom', instance: newInstance(), codes: ['BAD_VR', 'PDF_URI'], served: newServed() }
          : n === 1
            ? { kind: 'pdf', pages: 3, codes: ['PDF_PASSWORD'], sealedText: bytes(300) }
            : n === 2
              ? { codes: ['DICOM_DIRECTORY'], sealedList: bytes(90) }
              : { codes: ['EMPTY_FILE'] },
      )
      const [stopped] = await ledgers.decisions.waitingOf(sending.case)
      if (stopped === undefined) throw new Error('nothing waits')
      granted(
        await ledgers.decisions.decide({
          case: sending.case,
          item: stopped.id,
          by: newId(),
          act: 'release',
          reason: 'other',
          sealedNote: bytes(40),
          at: noon,
        }),
      )
      await arrive(ledgers, sending, [5])
      const large = newLargeFile()
      await announce(ledgers, sending, [large])
      granted(await ledgers.intake.recordPacks([newPack(sending, [[large, 1, 2]])]))
      const other = await openSender(ledgers)
      granted(await ledgers.intake.finish(other.sender, 'receipt', noon))
      await ledgers.intake.leaveOut(sending.sender, [large.id], noon)
      granted(await ledgers.intake.finish(sending.sender, 'receipt', noon))
      return sending
    }

    const rowsOf = async (id: CaseId): Promise<KeptRows[]> => (await readCase(ledgers, id))?.rows ?? []

    const restore = (id: CaseId, rows: readonly KeptRows[]) =>
      ledgers.rebuild.restoreCase(id, { object: newId<IndexId>(), sequence: 77 }, given(rows))

    const change = (rows: readonly KeptRows[], table: string, work: (some: KeptRows) => KeptRows) =>
      rows.map((some) => (some.table.name === table ? work(some) : some))

    it('is empty until there is a case or an entry', async () => {
      expect(await ledgers.rebuild.isEmpty()).toBe(true)
      await openCase(ledgers)
      expect(await ledgers.rebuild.isEmpty()).toBe(false)
      ledgers = await open()
      await appendMany(ledgers, 1)
      expect(await ledgers.rebuild.isEmpty()).toBe(false)
    })

    describe('restoreCase', () => {
      it('puts every row back as it was', async () => {
        const { case: id } = await live()
        const rows = await rowsOf(id)
        expect(rows.map((some) => some.table.name)).toHaveLength(20)
        ledgers = await open()
        expect(await restore(id, rows)).toEqual({ items: 6 })
        expect(await rowsOf(id)).toEqual(rows)
      })

      it('owes it a fresh index, newer than the one it came from', async () => {
        const { case: id } = await live()
        const rows = await rowsOf(id)
        ledgers = await open()
        const object = newId<IndexId>()
        await ledgers.rebuild.restoreCase(id, { object, sequence: 77 }, given(rows))
        expect(await ledgers.indexes.owedIndexes(noon, 9)).toEqual([id])
        expect((await readCase(ledgers, id))?.state).toMatchObject({ object, sequence: 77 })
      })

      it('leaves the ledger fit for work: items, packs and verdicts go on', async () => {
        const sending = await live()
        const rows = await rowsOf(sending.case)
        ledgers = await open()
        await restore(sending.case, rows)
        const before = (await ledgers.intake.itemsOf(sending.sender, true)).map((item) => item.id)
        const { files, pack } = await arrive(ledgers, sending, [11, 12])
        expect(await admitAll(ledgers, pack.id)).toHaveLength(2)
        const ids = (await ledgers.intake.itemsOf(sending.sender, true)).map((item) => item.id)
        expect(ids).toEqual([...before, ...files.map((file) => file.id)])
        const owed = await ledgers.admission.owedPacks(new Date(noon.getTime() + 1), 9)
        expect(owed).toHaveLength(2)
      })

      it('is all or nothing, and believes nothing that is not such a case', async () => {
        const { case: id } = await live()
        const other = await openCase(ledgers)
        const rows = await rowsOf(id)
        const otherRows = await rowsOf(other)
        ledgers = await open()
        const bad: (readonly KeptRows[])[] = [
          rows.filter((some) => some.table.name !== 'packs'),
          [...rows, ...rows],
          [...rows, ...otherRows],
          change(rows, 'items', (some) => ({ ...some, table: { ...some.table, name: 'operator_codes' } })),
          change(rows, 'items', ({ table, rows: all }) => ({
            table: { ...table, columns: table.columns.map(([one, kind]) => [`${one}"`, kind] as const) },
            rows: all,
          })),
          change(rows, 'cases', ({ table, rows: all }) => ({
            table,
            rows: all.map((row) => row.map((value, n) => (n === 0 ? newId<CaseId>() : value))),
          })),
          change(rows, 'items', ({ table, rows: all }) => ({
            table,
            rows: all.map((row) => row.map((value, n) => (n === 0 ? 'no id' : value))),
          })),
        ]
        for (const one of bad) {
          await expect(restore(id, one)).rejects.toMatchObject(damaged)
          expect(await ledgers.rebuild.isEmpty()).toBe(true)
        }
      })

      it('reads an older index, which lacks a column that has a default', async () => {
        const id = await openCase(ledgers)
        const rows = await rowsOf(id)
        ledgers = await open()
        const older = change(rows, 'cases', ({ table, rows: all }) => {
          const at = table.columns.findIndex(([column]) => column === 'revision')
          return {
            table: { ...table, columns: table.columns.toSpliced(at, 1) },
            rows: all.map((row) => row.toSpliced(at, 1)),
          }
        })
        await restore(id, older)
        expect(await rowsOf(id)).toEqual(rows)
      })
    })

    describe('restoreAudit', () => {
      it('puts the chain back as it was, piece by piece, and it goes on', async () => {
        const of = newId<CaseId>()
        await appendMany(ledgers, 7, of)
        const entries = await ledgers.audit.entriesOf(of)
        const rows = (await ledgers.indexes.unkeptAudit(99))?.rows
        if (rows === undefined) throw new Error('seven entries')
        ledgers = await open()
        const piece = (first: number, last: number) => [{ ...rows, rows: rows.rows.slice(first - 1, last) }]
        const restoreFrom = (first: number, last: number) =>
          ledgers.rebuild.restoreAudit({ id: newId(), first, at: noon }, given(piece(first, last)))
        expect(await restoreFrom(1, 3)).toEqual({ entries: 3 })
        expect(await restoreFrom(1, 5)).toEqual({ entries: 2 })
        expect(await restoreFrom(6, 7)).toEqual({ entries: 2 })
        expect(await ledgers.audit.verify()).toBeNull()
        expect(await ledgers.audit.entriesOf(of)).toEqual(entries)
        expect(await ledgers.indexes.unkeptAudit(99)).toBeNull()
        await appendMany(ledgers, 1)
        expect(await ledgers.indexes.unkeptAudit(99)).toMatchObject({ first: 6, last: 8 })
        expect(await ledgers.audit.verify()).toBeNull()
      })

      it('believes no other rows', async () => {
        const id = await openCase(ledgers)
        const rows = await rowsOf(id)
        ledgers = await open()
        await expect(
          ledgers.rebuild.restoreAudit({ id: newId(), first: 1, at: noon }, given(rows)),
        ).rejects.toMatchObject(damaged)
        expect(await ledgers.rebuild.isEmpty()).toBe(true)
      })
    })

    it('takes up a file that is half there where it was', async () => {
      const sending = await openSender(ledgers)
      const large = newLargeFile()
      await announce(ledgers, sending, [large, newFile(9)])
      granted(await ledgers.intake.recordPacks([newPack(sending, [[large, 1, 2]])]))
      const rows = await rowsOf(sending.case)
      ledgers = await open()
      await restore(sending.case, rows)
      const [item] = await announce(ledgers, sending, [large])
      expect(item).toMatchObject({
        id: large.id,
        missing: [
          { first: 0, count: 1 },
          { first: 3, count: 1 },
        ],
      })
    })
  })
}
