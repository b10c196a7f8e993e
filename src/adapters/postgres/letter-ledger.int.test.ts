import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { letterLedgerContract } from '#ports/letter-ledger.contract.ts'
import { createLetterLedger } from './letter-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

letterLedgerContract('PostgreSQL', async () => ({
  ...(await ledger.fresh()),
  letters: createLetterLedger(ledger.db),
}))
