import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { newId, openCase, race } from '#ports/ledgers.contract.ts'
import { createCaseLedger } from './case-ledger.ts'
import { openDatabase, openPool } from './database.ts'
import { migrate } from './migrate.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

describe('a ledger that cannot answer', () => {
  const unavailable = { name: 'Fault', code: 'ledger.unavailable' }

  it('says so when there is no server', async () => {
    for (const host of ['/nowhere', '127.0.0.1']) {
      const db = openDatabase(openPool({ host, port: 1, user: 'nobody', database: 'none' }))
      await expect(createCaseLedger(db).findCase(newId<CaseId>())).rejects.toMatchObject(unavailable)
      await expect(createCaseLedger(db).moveCase(newId<CaseId>(), 'ready', new Date())).rejects.toMatchObject(
        unavailable,
      )
      await db.destroy()
    }
  })

  it('says so when a connection breaks at work, and answers again afterwards', async () => {
    const ledgers = await ledger.fresh()
    const id = await openCase(ledgers)
    const pool = openPool({ connectionString: ledger.url, application_name: 'breaking' })
    const db = openDatabase(pool)
    const client = await ledger.pool.connect()
    try {
      await client.query('begin')
      await client.query('select from cases where id = $1 for update', [id])
      const moving = createCaseLedger(db).moveCase(id, 'collecting', new Date())
      const failed = moving.then(
        () => null,
        (error: unknown) => error,
      )
      const waiting = `select from pg_stat_activity where application_name = 'breaking' and wait_event_type = 'Lock'`
      while ((await ledger.pool.query(waiting)).rowCount === 0) await sleep(5)
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'breaking'`,
      )
      expect(await failed).toMatchObject(unavailable)
      await client.query('rollback')
      await expect
        .poll(() =>
          createCaseLedger(db)
            .findCase(id)
            .catch(() => null),
        )
        .toMatchObject({ id, state: 'requested' })
    } finally {
      client.release()
      await db.destroy()
    }
  })

  it('survives the loss of a connection between two statements of a transaction', async () => {
    const pool = openPool({ connectionString: ledger.url })
    const client = await pool.connect()
    await client.query('begin')
    const gone = new Promise((done) => client.once('end', () => done('gone')))
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await ledger.sql('select pg_terminate_backend($1)', [rows[0]?.pid])
    expect(await gone).toBe('gone')
    client.release(true)
    await pool.end()
  })

  it('survives the loss of every idle connection', async () => {
    const ledgers = await ledger.fresh()
    const id = await openCase(ledgers)
    const pool = openPool({ connectionString: ledger.url, application_name: 'idle' })
    const db = openDatabase(pool)
    await race(5, () => createCaseLedger(db).findCase(id))
    await ledger.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle'`)
    while (pool.totalCount > 0) await sleep(5)
    expect(await createCaseLedger(db).findCase(id)).toMatchObject({ id })
    await db.destroy()
  })
})

describe('the tables', () => {
  it('are made once by many who start at the same time, and keep their rows', async () => {
    const ledgers = await ledger.fresh()
    const id = await openCase(ledgers)
    await race(5, () => migrate(ledger.db))
    expect(await ledgers.cases.findCase(id)).toMatchObject({ id })
  })

  it('have no column that may hold a text in the open but these', async () => {
    const columns = await ledger.sql<{ name: string }>(`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and table_name not like 'kysely%'
        and data_type not in ('uuid', 'integer', 'bigint', 'boolean', 'timestamp with time zone')
        and column_name not like '%\\_hash' and column_name not like '%\\_key'
        and column_name not like 'sealed\\_%' and column_name not in ('details', 'sealed', 'sha256', 'fingerprint')
      order by 1`)
    expect(columns.map((column) => column.name)).toEqual([
      'audit.action',
      'audit.actor',
      'audit.facts',
      'audit.hash',
      'cases.state',
      'consents.kind',
      'consents.language',
      'consents.version',
      'copies.burned_in',
      'copies.dates',
      'copies.left_out',
      'copies.state',
      'decisions.act',
      'decisions.outcome',
      'decisions.reason',
      'grants.scopes',
      'instances.modality',
      'instances.series_uid',
      'instances.sop_class',
      'instances.sop_uid',
      'instances.study_uid',
      'instances.transfer_syntax',
      'introductions.language',
      'introductions.role',
      'introductions.ways',
      'items.codes',
      'items.have',
      'items.kind',
      'items.state',
      'letters.kind',
      'letters.language',
      'letters.state',
      'links.check_kind',
      'links.language',
      'links.state',
      'packs.state',
      'pushes.code',
      'pushes.state',
      'pushes.study_uid',
      'pushes.target',
      'readers.state',
      'receipts.statement',
      'senders.role',
      'series.modality',
      'series.series_uid',
      'series.study_uid',
      'served_copies.patches',
      'studies.study_uid',
      'verdicts.codes',
      'verdicts.outcome',
    ])
  })
})
