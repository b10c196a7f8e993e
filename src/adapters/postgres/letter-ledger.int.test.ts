import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { letterAsksContract } from '#ports/letter-asks.contract.ts'
import { letterLedgerContract } from '#ports/letter-ledger.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

letterLedgerContract('PostgreSQL', () => ledger.fresh())
letterAsksContract('PostgreSQL', () => ledger.fresh())
