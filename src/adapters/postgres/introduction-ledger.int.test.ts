import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { introductionLedgerContract } from '#ports/introduction-ledger.contract.ts'
import { withdrawalContract } from '#ports/withdrawal.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

introductionLedgerContract('PostgreSQL', () => ledger.fresh())
withdrawalContract('PostgreSQL', () => ledger.fresh())
