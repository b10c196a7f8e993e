import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { clearLeftovers, processesIn, waitForNone } from './leftover.ts'
import { type EmbeddedPostgres, startPostgres } from './postgres.ts'

let base = ''
let folder = ''
let started: EmbeddedPostgres[] = []

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'embedded-'))
  // As a data folder usually stands: others may pass it.
  await chmod(base, 0o755)
  folder = join(base, 'data/ledger')
})

afterEach(async () => {
  for (const postgres of started) await postgres.stop()
  started = []
  await rm(base, { recursive: true, force: true })
})

const start = async (at = folder): Promise<EmbeddedPostgres> => {
  const postgres = await startPostgres({ folder: at })
  started.push(postgres)
  return postgres
}

const ask = async (postgres: EmbeddedPostgres, sql: string, values: unknown[] = []): Promise<unknown[][]> => {
  const client = new Client(postgres.connection)
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, values, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

const startSupervisor = async (): Promise<{ supervisor: ChildProcess; pid: number }> => {
  const source = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('./postgres.ts'))})
    const { pid } = await startPostgres({ folder: ${JSON.stringify(folder)} })
    process.send(pid)`
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [pid] = await once(supervisor, 'message')
  return { supervisor, pid: Number(pid) }
}

describe('startPostgres', () => {
  it('starts on a fresh folder, opens no TCP port, and leaves no process behind', async () => {
    const postgres = await start()
    expect(await ask(postgres, 'select 6 * 7')).toEqual([[42]])
    expect(
      await ask(postgres, "select current_setting('listen_addresses'), current_setting('fsync')"),
    ).toEqual([['', 'on']])
    expect(await ask(postgres, "select current_setting('is_superuser')")).toEqual([['off']])
    expect((await stat(postgres.connection.host)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'cluster'))).mode & 0o777).toBe(0o700)
    expect((await stat(folder)).mode & 0o007).toBe(0)
    await postgres.stop()
    await postgres.stop()
    await postgres.ended
    expect(await processesIn(folder)).toEqual([])
    expect(existsSync(`/proc/${postgres.pid}`)).toBe(false)
  })

  it('keeps a committed row through kill -9 of the postmaster', async () => {
    const first = await start()
    await ask(first, 'create table kept (word text)')
    await ask(first, 'insert into kept values ($1)', ['here'])
    process.kill(first.pid, 'SIGKILL')
    await first.ended
    await first.stop()
    expect(await ask(await start(), 'select word from kept')).toEqual([['here']])
  })

  it('starts again after kill -9 of its supervisor', async () => {
    const { supervisor, pid } = await startSupervisor()
    await expect(startPostgres({ folder })).rejects.toMatchObject({ code: 'state.conflict' })
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    const second = await start()
    expect(await ask(second, 'select 1')).toEqual([[1]])
    expect(second.pid).not.toBe(pid)
    expect(await processesIn(folder)).not.toContain(pid)
  })

  it('ends by itself with its supervisor', async () => {
    const { supervisor } = await startSupervisor()
    supervisor.kill('SIGKILL')
    await once(supervisor, 'exit')
    expect(await waitForNone(folder, 5_000)).toBe(true)
  })

  it('stops a postmaster that outlived its supervisor', async () => {
    const postgres = await start()
    // What the next start does after taking the lock, while the postmaster is still there.
    await clearLeftovers(folder, tmpdir())
    await postgres.ended
    expect(await processesIn(folder)).toEqual([])
  })

  it('does not take a stranger for its postmaster', async () => {
    const first = await start()
    await first.stop()
    const stranger = spawn('sleep', ['60'])
    try {
      await writeFile(join(folder, 'cluster/postmaster.pid'), `${stranger.pid}\n${folder}/cluster\n`)
      expect(await ask(await start(), 'select 1')).toEqual([[1]])
      expect(stranger.exitCode).toBeNull()
      expect(stranger.signalCode).toBeNull()
    } finally {
      stranger.kill('SIGKILL')
    }
  })

  it('begins anew when the first start was cut short', async () => {
    await mkdir(join(folder, 'cluster.new/base'), { recursive: true })
    expect(await ask(await start(), 'select 1')).toEqual([[1]])
  })

  it('puts the socket elsewhere when the path is too long for one, and cleans up', async () => {
    const postgres = await start(join(base, 'l'.repeat(120), 'ledger'))
    const { host } = postgres.connection
    expect(host.length).toBeLessThan(80)
    expect((await stat(host)).mode & 0o777).toBe(0o700)
    expect(await ask(postgres, 'select 1')).toEqual([[1]])
    await postgres.stop()
    expect(existsSync(host)).toBe(false)
  })

  it('writes no statement and no value to its log', async () => {
    const postgres = await start()
    await ask(postgres, 'create table one (id int primary key, word text)')
    await ask(postgres, 'insert into one values (1, $1)', ['heard'])
    const again = ask(postgres, "insert into one values (1, 'overheard')")
    await expect(again).rejects.toThrow(/duplicate key/)
    const wrong = ask(postgres, 'select $1::int', ['overheard'])
    await expect(wrong).rejects.toThrow(/invalid input/)
    await sleep(50)
    await postgres.stop()
    expect(await readFile(join(folder, 'postgres.log'), 'utf8')).not.toContain('heard')
  })

  it('says in one sentence that a damaged cluster does not start, and lets go of the folder', async () => {
    const first = await start()
    await first.stop()
    await rm(join(folder, 'cluster/global'), { recursive: true })
    const failed: unknown = await startPostgres({ folder }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Fault)
    expect(failed).toMatchObject({
      code: 'ledger.unavailable',
      cause: { message: expect.stringMatching(/^PostgreSQL did not start; see .*postgres\.log\.$/) },
    })
    await rm(folder, { recursive: true })
    expect(await ask(await start(), 'select 1')).toEqual([[1]])
  })
})

describe('startPostgres for an account', () => {
  it('works below a folder only that account may enter', async () => {
    await chmod(base, 0o700)
    expect(await ask(await start(), 'select 1')).toEqual([[1]])
  })

  it('runs as that account, and for root as nobody', async () => {
    const { pid } = await start()
    const account = process.getuid?.() ?? 0
    expect((await stat(`/proc/${pid}`)).uid).toBe(account === 0 ? 65_534 : account)
  })
})
