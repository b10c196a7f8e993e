import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { instanceLedgerContract } from '#ports/instance-ledger.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

instanceLedgerContract('PostgreSQL', () => ledger.fresh())
