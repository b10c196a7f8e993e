import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { auditLedgerContract, newEvent } from '#ports/audit-ledger.contract.ts'
import { after, newId } from '#ports/ledgers.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

auditLedgerContract('PostgreSQL', () => ledger.fresh())

describe('an audit chain somebody changed behind the ledger', () => {
  const changes: readonly (readonly [what: string, statement: string, first: number])[] = [
    ['a time', `update audit set at = at + interval '1 millisecond' where seq = 4`, 4],
    [
      'a time by less than is written',
      `update audit set at = at + interval '1 microsecond' where seq = 4`,
      4,
    ],
    ['a time that is none', `update audit set at = 'infinity' where seq = 4`, 4],
    ['an action', `update audit set action = 'case.ready' where seq = 4`, 4],
    ['an actor', `update audit set actor = '{"kind":"worker"}' where seq = 4`, 4],
    ['a case', `update audit set case_id = gen_random_uuid() where seq = 4`, 4],
    ['a case taken away', `update audit set case_id = null where seq = 4`, 4],
    ['an object', `update audit set object = gen_random_uuid() where seq = 4`, 4],
    ['facts', `update audit set facts = replace(facts, '3', '9') where seq = 4`, 4],
    ['facts that are no JSON', `update audit set facts = 'nothing' where seq = 4`, 4],
    ['a hash', `update audit set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where seq = 4`, 4],
    ['the first entry', `update audit set action = 'case.ready' where seq = 1`, 1],
    ['the last entry', `update audit set action = 'case.ready' where seq = 8`, 8],
    ['a deleted entry', 'delete from audit where seq = 4', 5],
    [
      'a deleted entry, the gap closed',
      // In two steps: rows moved one by one, in any order, may meet one that has not moved yet.
      'delete from audit where seq = 4; update audit set seq = -seq where seq > 4; update audit set seq = -seq - 1 where seq < 0',
      4,
    ],
    ['the first entry deleted', 'delete from audit where seq = 1', 2],
    [
      'two entries swapped',
      'update audit set seq = 0 where seq = 4; update audit set seq = 4 where seq = 5; update audit set seq = 5 where seq = 0',
      4,
    ],
    [
      'an entry put in',
      `insert into audit select 9, at, action, actor, case_id, object, facts, hash from audit where seq = 8`,
      9,
    ],
    [
      'an entry put in before all',
      `insert into audit select 0, at, action, actor, case_id, object, facts, hash from audit where seq = 8`,
      0,
    ],
  ]

  for (const [what, statement, first] of changes)
    it(`shows ${what}`, async () => {
      const { audit } = await ledger.fresh()
      const id = newId<CaseId>()
      for (let n = 0; n < 8; n++) await audit.append(newEvent(id, n), after(n))
      expect(await audit.verify()).toBeNull()
      await ledger.sql(statement)
      expect(await audit.verify()).toBe(first)
    })
})
