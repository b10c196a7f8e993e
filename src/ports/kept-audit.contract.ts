/** What every adapter of `index-ledger.ts` must do with the audit chain. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { appendMany, type IndexedLedgers } from './index-ledger.contract.ts'
import type { IndexLedger } from './index-ledger.ts'
import { after, newId, noon, race } from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const keptAuditContract = (name: string, open: () => Promise<IndexedLedgers>): void => {
  describe(`index ledger, audit chain: ${name}`, () => {
    let ledgers: IndexedLedgers
    let indexes: IndexLedger
    beforeEach(async () => {
      ledgers = await open()
      indexes = ledgers.indexes
    })

    it('is kept piece by piece, short ones growing', async () => {
      expect(await indexes.unkeptAudit(9)).toBeNull()
      expect(await indexes.owesAudit(noon)).toBe(false)
      await appendMany(ledgers, 3)
      expect(await indexes.owesAudit(noon)).toBe(true)
      const first = await indexes.unkeptAudit(9)
      expect(first).toMatchObject({ first: 1, last: 3, replaces: null })
      const id = newId<CaseId>()
      expect(await indexes.recordAudit({ id, first: 1, last: 3, replaces: null, at: noon })).toBe(true)
      expect(await indexes.unkeptAudit(9)).toBeNull()
      await appendMany(ledgers, 2)
      expect(await indexes.owesAudit(after(299))).toBe(false)
      expect(await indexes.owesAudit(after(301))).toBe(true)
      expect(await indexes.unkeptAudit(1)).toMatchObject({ first: 1, last: 4, replaces: id })
      const grown = await indexes.unkeptAudit(9)
      expect(grown).toMatchObject({ first: 1, last: 5, replaces: id })
      expect(grown?.rows.rows).toHaveLength(5)
    })

    it('goes on with a new piece once one is long', async () => {
      await appendMany(ledgers, 1)
      const id = newId<CaseId>()
      expect(await indexes.recordAudit({ id, first: 1, last: 1_000, replaces: null, at: noon })).toBe(true)
      expect(await indexes.unkeptAudit(9)).toBeNull()
    })

    it('counts one piece of many written at once', async () => {
      await appendMany(ledgers, 2)
      const fresh = await race(6, () =>
        indexes.recordAudit({ id: newId<CaseId>(), first: 1, last: 2, replaces: null, at: noon }),
      )
      expect(fresh.filter(Boolean)).toHaveLength(1)
      await appendMany(ledgers, 1)
      const { replaces = null } = (await indexes.unkeptAudit(9)) ?? {}
      expect(replaces).not.toBeNull()
      const grown = await race(6, () =>
        indexes.recordAudit({ id: newId<CaseId>(), first: 1, last: 3, replaces, at: noon }),
      )
      expect(grown.filter(Boolean)).toHaveLength(1)
      expect(await indexes.unkeptAudit(9)).toBeNull()
    })
  })
}
