import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { jobQueueContract, type QueueUnderTest } from '#ports/job-queue.contract.ts'
import { newErrand, newRecorder, onceJob, triedJob } from '#ports/test-jobs.contract.ts'
import { createJobHost, createJobQueue, migrateQueue, openQueuePool, queueSchema } from './queue.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
  const pool = openQueuePool(ledger.url)
  await Promise.all([1, 2, 3].map(() => migrateQueue(pool)))
  await pool.end()
})
afterAll(() => ledger.close())

const open = (jobs: Parameters<typeof createJobQueue>[1]): QueueUnderTest => {
  const pool = openQueuePool(ledger.url)
  return {
    queue: createJobQueue(pool, jobs),
    newHost: (concurrency) => createJobHost(pool, jobs, concurrency),
    close: async () => {
      await ledger.sql(`delete from ${queueSchema}.job`)
      await pool.end()
    },
  }
}

jobQueueContract('BullMQ on PostgreSQL', async (jobs) => open(jobs))

/** Which of these texts stand in a row of any table of the queue. */
const leftOf = async (...texts: string[]): Promise<string[]> => {
  const tables = await ledger.sql<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = '${queueSchema}'`,
  )
  expect(tables.length).toBeGreaterThan(5)
  const rows = await Promise.all(
    tables.map(({ name }) =>
      ledger.sql<object>(`select '${name}' as name, t::text from ${queueSchema}.${name} t`),
    ),
  )
  const all = JSON.stringify(rows)
  return texts.filter((text) => all.includes(text))
}

describe('what a job leaves in the tables', () => {
  it('is nothing, whether it ended well or badly', async () => {
    const { queue, newHost, close } = open([triedJob, onceJob])
    const [good, bad, last] = [newErrand(), newErrand(), newErrand()]
    const { exhausted, handler } = newRecorder(async (raw) => {
      if (JSON.stringify(raw).includes(bad.id)) throw new Error('Doe^Jane')
    })
    const host = newHost(1)
    await host.start(
      new Map([
        [triedJob.name, handler],
        [onceJob.name, handler],
      ]),
    )
    for (const errand of [good, bad]) {
      await queue.add(triedJob, errand)
      await queue.add(onceJob, errand)
    }
    await expect.poll(() => exhausted.length, { timeout: 3_000 }).toBe(2)
    await host.stop(5_000)
    expect(await leftOf(good.id, bad.id, 'Doe^Jane')).toEqual([])
    await queue.add(triedJob, last)
    expect(await leftOf(last.id)).toEqual([last.id])
    await queue.close()
    await close()
  })

  it('is never what an error said, not even between two tries', async () => {
    const laterJob = { ...triedJob, backoffMs: 60_000 }
    const { queue, newHost, close } = open([laterJob])
    const { runs, handler } = newRecorder(async () => {
      throw new Error('Doe^Jane')
    })
    const host = newHost(1)
    await host.start(new Map([[triedJob.name, handler]]))
    await queue.add(laterJob, newErrand())
    await expect.poll(() => runs.length).toBe(1)
    await host.stop(5_000)
    expect(await ledger.sql(`select state from ${queueSchema}.job`)).toEqual([{ state: 'delayed' }])
    expect(await leftOf('Doe^Jane')).toEqual([])
    await queue.close()
    await close()
  })
})

describe('a queue whose server is gone', () => {
  it('says so, and does not answer', async () => {
    const gone = new Pool({ host: '/nowhere', user: 'nobody', database: 'none' })
    gone.on('error', () => {})
    const queue = createJobQueue(gone, [onceJob])
    expect(await queue.alive()).toBe(false)
    await expect(queue.add(onceJob, newErrand())).rejects.toMatchObject({ code: 'ledger.unavailable' })
    await queue.close()
    await gone.end()
  })

  it('goes on once every connection was lost', async () => {
    const ownPool = openQueuePool(ledger.url)
    const queue = createJobQueue(ownPool, [onceJob])
    const host = createJobHost(ownPool, [onceJob], 1)
    const { runs, handler } = newRecorder()
    await host.start(new Map([[onceJob.name, handler]]))
    await queue.add(onceJob, newErrand())
    await expect.poll(() => runs.length).toBe(1)
    await ledger.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query like '%bullmq%'`,
    )
    await sleep(200)
    await expect
      .poll(
        async () => {
          await queue.add(onceJob, newErrand()).catch(() => {})
          return runs.length
        },
        { timeout: 12_000, interval: 200 },
      )
      .toBeGreaterThan(1)
    await host.stop(5_000)
    await queue.close()
    await ownPool.end()
  })
})
