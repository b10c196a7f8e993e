import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { linkAsksContract } from '#ports/link-asks.contract.ts'
import { linkLedgerContract } from '#ports/link-ledger.contract.ts'
import { linkWorkContract } from '#ports/link-work.contract.ts'
import { senderSessionContract } from '#ports/sender-session.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

linkLedgerContract('PostgreSQL', () => ledger.fresh())
linkWorkContract('PostgreSQL', () => ledger.fresh())
linkAsksContract('PostgreSQL', () => ledger.fresh())
senderSessionContract('PostgreSQL', () => ledger.fresh())
