/** What every adapter of `rebuild-ledger.ts` must bring back of introductions and consents. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, IndexId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'
import { readCase } from './index-ledger.contract.ts'
import { newConsent, newIntroduction } from './introduction-ledger.contract.ts'
import { after, granted, newId, openCase, openSender } from './ledgers.contract.ts'
import type { RebuiltLedgers } from './rebuild-ledger.contract.ts'

async function* given(rows: readonly KeptRows[]): AsyncGenerator<KeptRows> {
  yield* rows
}

/** Runs the suite on ledgers from `open`, which are empty at the start of every test and after every call. */
export const restoredIntroductionsContract = (name: string, open: () => Promise<RebuiltLedgers>): void => {
  describe(`rebuild ledger, introductions: ${name}`, () => {
    let ledgers: RebuiltLedgers
    beforeEach(async () => {
      ledgers = await open()
    })

    const rowsOf = async (id: CaseId): Promise<KeptRows[]> => (await readCase(ledgers, id))?.rows ?? []
    const restore = (id: CaseId, rows: readonly KeptRows[]) =>
      ledgers.rebuild.restoreCase(id, { object: newId<IndexId>(), sequence: 77 }, given(rows))

    it('brings back who is sending, and a withdrawn case with the way out of it', async () => {
      const sending = await openSender(ledgers)
      const introduce = (seconds: number) =>
        ledgers.introductions.introduce(newIntroduction(sending, after(seconds)), newConsent())
      granted(await introduce(1))
      granted(await introduce(2))
      granted(await ledgers.introductions.withdraw(sending.sender, after(3)))
      const before = await ledgers.introductions.sendersOf(sending.case)
      expect(before[0]).toMatchObject({ introduction: { at: after(2) }, consent: { withdrawnAt: after(3) } })
      const rows = await rowsOf(sending.case)
      ledgers = await open()
      await restore(sending.case, rows)
      expect(await ledgers.introductions.sendersOf(sending.case)).toEqual(before)
      expect((await ledgers.cases.findCase(sending.case))?.state).toBe('withdrawn')
      expect(granted(await introduce(4))).toEqual({ reopened: true })
    })

    it('reads an index of before there were introductions', async () => {
      const id = await openCase(ledgers)
      const rows = await rowsOf(id)
      ledgers = await open()
      const older = rows.map(({ table, rows: all }) => {
        const at = table.columns.findIndex(([column]) => column === 'withdrawn_by')
        const columns = table.columns.filter((_, n) => n !== at)
        return { table: { ...table, columns }, rows: all.map((row) => row.filter((_, n) => n !== at)) }
      })
      expect(older).not.toEqual(rows)
      await restore(id, older)
      expect(await rowsOf(id)).toEqual(rows)
      expect(await ledgers.introductions.sendersOf(id)).toEqual([])
    })
  })
}
