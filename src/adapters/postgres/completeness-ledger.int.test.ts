import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { completenessLedgerContract } from '#ports/completeness-ledger.contract.ts'
import { createCompletenessLedger } from './completeness-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

completenessLedgerContract('PostgreSQL', async () => ({
  ...(await ledger.fresh()),
  completeness: createCompletenessLedger(ledger.db),
}))
