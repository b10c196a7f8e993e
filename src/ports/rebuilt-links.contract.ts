/** What every adapter of `rebuild-ledger.ts` must do with links: also those of before they had a page come back. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { IndexId } from '#domain/id.ts'
import type { KeptRows } from '#domain/kept.ts'
import { readCase } from './index-ledger.contract.ts'
import { bytes, newId, noon, openLink, openSender, plain } from './ledgers.contract.ts'
import type { RebuiltLedgers } from './rebuild-ledger.contract.ts'

const later = ['check_kind', 'language', 'sealed_facts', 'questions']

/** Rows of an index of before: without tables and columns that came later. */
const olderOf = (rows: readonly KeptRows[]): KeptRows[] =>
  rows
    .filter(({ table }) => table.name !== 'link_asks')
    .map(({ table, rows: all }) => {
      const kept = table.columns.map(([column]) => table.name !== 'links' || !later.includes(column))
      return {
        table: { ...table, columns: table.columns.filter((_, at) => kept[at]) },
        rows: all.map((row) => row.filter((_, at) => kept[at])),
      }
    })

async function* given(rows: readonly KeptRows[]): AsyncGenerator<KeptRows> {
  yield* rows
}

/** Runs the suite on ledgers from `open`, which are empty at the start of every test and after every call. */
export const rebuiltLinksContract = (name: string, open: () => Promise<RebuiltLedgers>): void => {
  describe(`rebuild ledger, links: ${name}`, () => {
    let ledgers: RebuiltLedgers
    beforeEach(async () => {
      ledgers = await open()
    })

    it('come back with what they carry, what was asked, and how often', async () => {
      const sending = await openSender(ledgers)
      const terms = {
        check: 'birth-date',
        codeHash: bytes(60),
        language: 'hi',
        sealedFacts: bytes(90),
      } as const
      const link = await openLink(ledgers, sending, terms)
      await ledgers.links.countQuestions(link.id, 59)
      await ledgers.links.askForLink(link.id, noon)
      const rows = (await readCase(ledgers, sending.case))?.rows ?? []
      ledgers = await open()
      await ledgers.rebuild.restoreCase(sending.case, { object: newId<IndexId>(), sequence: 7 }, given(rows))
      const found = await ledgers.links.findLink(link.id, link.secretHash)
      expect(found).toMatchObject({ check: 'birth-date', language: 'hi', asked: true })
      expect(plain(found?.sealedFacts ?? null)).toEqual(terms.sealedFacts)
      expect(await ledgers.links.openAsks(9)).toEqual([{ ...sending, link: link.id, askedAt: noon }])
      expect(await ledgers.links.countQuestions(link.id, 2)).toBe(false)
      expect(await ledgers.links.countQuestions(link.id, 1)).toBe(true)
    })

    it('of before they had a page come back too, and those with a code ask for it', async () => {
      const sending = await openSender(ledgers)
      const coded = await openLink(ledgers, sending, { check: 'code', codeHash: bytes(60) })
      const asking = await openLink(ledgers, sending)
      const rows = olderOf((await readCase(ledgers, sending.case))?.rows ?? [])
      ledgers = await open()
      await ledgers.rebuild.restoreCase(sending.case, { object: newId<IndexId>(), sequence: 7 }, given(rows))
      const links = await ledgers.links.linksOf(sending.case)
      expect(Object.fromEntries(links.map(({ id, check, language }) => [id, [check, language]]))).toEqual({
        [coded.id]: ['code', 'en'],
        [asking.id]: ['none', 'en'],
      })
      expect(await ledgers.links.findLink(coded.id, coded.secretHash)).toMatchObject({ sealedFacts: null })
      expect(await ledgers.links.countQuestions(coded.id, 1)).toBe(true)
    })
  })
}
