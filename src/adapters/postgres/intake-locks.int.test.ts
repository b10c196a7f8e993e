/** Announcing files while parts of them arrive: whoever holds what the other one needs, nobody waits for ever. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { announce, newFile, newId, openSender } from '#ports/ledgers.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

const isWaiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

describe('a list that is announced again', () => {
  it('does not deadlock with a part that arrives', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const file = newFile(2)
    await announce(ledgers, sending, [file])
    const client = await ledger.pool.connect()
    try {
      await client.query('begin')
      // As a part does: the item moves, then the pack refers to its sender.
      await client.query(`update items set state = 'received' where id = $1`, [file.id])
      const again = announce(ledgers, sending, [file])
      while ((await ledger.pool.query(isWaiting)).rowCount === 0) await sleep(5)
      await client.query(
        `insert into packs (id, case_id, sender_id, state, size, locked_key, created_at)
         values ($1, $2, $3, 'stored', 1, 'key', now())`,
        [newId(), sending.case, sending.sender],
      )
      await client.query('commit')
      expect(await again).toMatchObject([{ id: file.id, state: 'received' }])
    } finally {
      client.release(true)
    }
  })
})
