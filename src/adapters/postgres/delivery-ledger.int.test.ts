import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { deliveryLedgerContract } from '#ports/delivery-ledger.contract.ts'
import { grantsContract } from '#ports/grants.contract.ts'
import { admitAll, arrive, newId, newServed, openSender } from '#ports/ledgers.contract.ts'
import { servedCopiesContract } from '#ports/served-copies.contract.ts'
import { readContent } from './delivery-ledger.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

deliveryLedgerContract('PostgreSQL', () => ledger.fresh())
grantsContract('PostgreSQL', () => ledger.fresh())
servedCopiesContract('PostgreSQL', () => ledger.fresh())

describe('a row that does not say how its file leaves', () => {
  it.each(['', '[]', '{}', '[{"at":199,"bytes":"","length":2}]'])('lets nothing out: %j', async (text) => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack } = await arrive(ledgers, sending, [200])
    await admitAll(ledgers, pack.id, { served: newServed() })
    expect((await ledgers.delivery.content(sending.case))?.items).toHaveLength(1)
    await ledger.sql('update served_copies set patches = $1', [text])
    const damaged = { name: 'Fault', code: 'store.damaged' }
    await expect(ledgers.delivery.content(sending.case)).rejects.toMatchObject(damaged)
  })
})

it('reads more items by their ids than a statement has places', async () => {
  const ledgers = await ledger.fresh()
  const sending = await openSender(ledgers)
  const { pack } = await arrive(ledgers, sending, [200])
  const [decided] = await admitAll(ledgers, pack.id)
  const ids = [decided?.item ?? newId<ItemId>(), ...Array.from({ length: 65_600 }, () => newId<ItemId>())]
  const content = await readContent(ledger.db, sending.case, async () => ids)
  expect(content?.items.map(({ id }) => id)).toEqual([decided?.item])
})
