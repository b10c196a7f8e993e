import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { instanceLedgerContract } from '#ports/instance-ledger.contract.ts'
import { admitAll, arrive, newInstance, openSender } from '#ports/ledgers.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

instanceLedgerContract('PostgreSQL', () => ledger.fresh())

it('costs by the size of a case even before the database has counted anything', async () => {
  await ledger.sql('alter table items set (autovacuum_enabled = false)')
  await ledger.sql('alter table instances set (autovacuum_enabled = false)')
  const ledgers = await ledger.fresh()
  const sending = await openSender(ledgers)
  const { pack } = await arrive(ledgers, sending, [200])
  const instance = newInstance()
  await admitAll(ledgers, pack.id, { kind: 'dicom', instance })
  await ledger.sql(`
    create temp table copies as select gen_random_uuid() as copy, nth from generate_series(1, 4000) as nth;
    insert into items (id, case_id, sender_id, plan_id, fingerprint, size, state, kind, codes, sealed_name, sealed_facts,
        sha256, crc32, have, created_at)
      select copy, case_id, sender_id, plan_id, sha256(copy::text::bytea), size, state, kind, codes, sealed_name,
        sealed_facts, sha256, crc32, have, created_at from copies, items;
    insert into instances select copy, case_id, study_uid, series_uid, sop_uid || '.' || nth, sop_class, transfer_syntax,
        modality, series_number, nth, rows, columns, frames from copies, instances;
    drop table copies`)
  const began = performance.now()
  const series = (await ledgers.instances.outline(sending.case))?.series ?? []
  const page = await ledgers.instances.instances(sending.case, { series, offset: 10, limit: 100 })
  const content = await ledgers.instances.content(sending.case, { study: instance.studyUid })
  const ms = performance.now() - began
  expect([series[0]?.instances, page.total, page.instances.length]).toEqual([4_001, 4_001, 100])
  expect([content?.items.length, content?.withheld]).toEqual([4_001, 0])
  // A look at each instance for each item takes ten seconds or more.
  expect(ms).toBeLessThan(5_000)
})
