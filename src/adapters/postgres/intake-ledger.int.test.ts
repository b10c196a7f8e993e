import { afterAll, beforeAll } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { intakeLedgerContract } from '#ports/intake-ledger.contract.ts'
import { planContract } from '#ports/plan.contract.ts'
import { recordPacksContract } from '#ports/record-packs.contract.ts'
import { refusedPacksContract } from '#ports/refused-packs.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

intakeLedgerContract('PostgreSQL', () => ledger.fresh())
refusedPacksContract('PostgreSQL', () => ledger.fresh())
planContract('PostgreSQL', () => ledger.fresh())
recordPacksContract('PostgreSQL', () => ledger.fresh())
