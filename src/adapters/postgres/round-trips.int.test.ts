/** Statements that do not wait for each other: in order, all or nothing, and the connection is as it was. */
import { sql } from 'kysely'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { type Database, guarded, openDatabase, openPool } from './database.ts'
import { type Send, sendTogether, transact } from './round-trips.ts'

let ledger: TestLedger
let pool: Pool
/** Of one connection, so that whoever comes next gets what was left behind. */
let db: Database
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
  pool = openPool({ connectionString: ledger.url, application_name: 'trips', max: 1 })
  db = openDatabase(pool)
  await pool.query('create table if not exists trips (n integer primary key)')
})
afterAll(async () => {
  await pool.query('drop table trips')
  await db.destroy()
  await ledger.close()
})
beforeEach(() => pool.query('truncate trips'))

const put = (n: number) => sql<{ n: number }>`insert into trips (n) values (${n}) returning n`
const all = sql<{ n: number }>`select n from trips order by n`
const count = async () => (await pool.query('select n from trips')).rowCount
/** Null outside a transaction: a statement is then one of its own. */
const transaction = async () =>
  (await pool.query<{ id: string | null }>('select pg_current_xact_id_if_assigned()::text as id')).rows[0]?.id

it('each gets its own rows, and sees what those before it wrote', async () => {
  const got = await sendTogether(db, (send) =>
    Promise.all([send(put(1)), send(put(2)), send(all), send(put(3))]),
  )
  expect(got).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 1 }, { n: 2 }], [{ n: 3 }]])
})

it('a transaction gives its value once everything is kept', async () => {
  const value = await transact(db, async (send) => {
    const [before] = await Promise.all([send(all), send(sql`lock table trips in share mode`)])
    return { value: before.length, last: [put(1), put(2)] }
  })
  expect(value).toBe(0)
  expect(await count()).toBe(2)
  expect(await transact(db, async () => ({ value: 'nothing', last: [] }))).toBe('nothing')
  expect(await transaction()).toBeNull()
})

const failing = {
  'a statement of the first trip': async (send: Send) => {
    await Promise.all([send(put(1)), send(sql`select 1 / 0`), send(put(2))])
    return { value: 1, last: [put(3)] }
  },
  'one of those that end it': async (send: Send) => {
    await send(put(1))
    return { value: 1, last: [put(2), sql`select 1 / 0`, put(3)] }
  },
  'a row that is there': async (send: Send) => {
    await send(put(1))
    return { value: 1, last: [put(1)] }
  },
  'what is decided between the trips': async (send: Send) => {
    await Promise.all([send(put(1)), send(put(2))])
    throw new Error('decided otherwise')
  },
}

it.each(Object.entries(failing))('%s undoes everything, and says what it was', async (name, work) => {
  const words = { 'a row that is there': /duplicate key/, 'what is decided between the trips': /decided/ }
  const said = Object.entries(words).find(([one]) => one === name)?.[1] ?? /division by zero/
  await expect(transact<number>(db, work)).rejects.toThrow(said)
  expect(await count()).toBe(0)
  expect(await transaction()).toBeNull()
  // A statement that failed while it was being prepared is prepared again.
  expect(
    await transact(db, async (send) => ({ value: await send(put(1)), last: [put(2), put(3)] })),
  ).toHaveLength(1)
  expect(await count()).toBe(3)
})

it('a connection that is lost undoes everything, is unavailable, and is replaced', async () => {
  const lost = guarded(() =>
    transact(db, async (send) => {
      await send(put(1))
      await ledger.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trips'`,
      )
      return { value: 1, last: [put(2), put(3)] }
    }),
  )
  await expect(lost).rejects.toMatchObject({ code: 'ledger.unavailable' })
  expect(await count()).toBe(0)
})
