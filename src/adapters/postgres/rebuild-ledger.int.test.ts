import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { indexLedgerContract } from '#ports/index-ledger.contract.ts'
import { keptAuditContract } from '#ports/kept-audit.contract.ts'
import { neededObjectsContract } from '#ports/needed-objects.contract.ts'
import { type RebuiltLedgers, rebuildLedgerContract } from '#ports/rebuild-ledger.contract.ts'
import { rebuiltLinksContract } from '#ports/rebuilt-links.contract.ts'
import { restoredIntroductionsContract } from '#ports/restored-introductions.contract.ts'
import { createIndexLedger } from './index-ledger.ts'
import { createRebuildLedger } from './rebuild-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

const open = async (): Promise<RebuiltLedgers> => {
  await ledger.sql('delete from audit_pieces')
  const ledgers = await ledger.fresh()
  return { ...ledgers, indexes: createIndexLedger(ledger.db), rebuild: createRebuildLedger(ledger.db) }
}

indexLedgerContract('PostgreSQL', open)
rebuildLedgerContract('PostgreSQL', open)
restoredIntroductionsContract('PostgreSQL', open)
rebuiltLinksContract('PostgreSQL', open)
keptAuditContract('PostgreSQL', open)
neededObjectsContract('PostgreSQL', open)
