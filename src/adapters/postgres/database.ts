/**
 * One pool of connections to PostgreSQL, and the edge at which its errors become ours: an expected loss of the
 * server is `ledger.unavailable`, anything else a bug (`internal`). No statement or parameter is ever logged.
 */
import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig, types } from 'pg'
import { Fault } from '#domain/fault.ts'
import type { Tables } from './tables.ts'

/** SQLSTATE classes that mean "not now": connection, resources, intervention, rollback (deadlock), I/O. */
const passing = /^(08|53|57|40|58)/

/** Sizes and counters are `bigint` in tables and fit a double; as text they would be a trap in every sum. */
const int8 = 20

export type Database = Kysely<Tables>

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const isPassing = (error: unknown): boolean => {
  const code = codeOf(error)
  return (
    passing.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    (error instanceof Error && /connect|terminat/i.test(error.message))
  )
}

/** Statements of one connection that are kept prepared; ours are some sixty. */
const mostPrepared = 500

/**
 * Has every statement prepared once per connection, under a name that follows from its text. Parsing and planning
 * the same few statements again for every pack cost more than running them. Those of one turn go out in one write.
 */
const prepareStatements = (pool: Pool): void => {
  const names = new Map<string, string>()
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    const { stream } = client.connection
    Object.assign(client, {
      query: (text: unknown, values: unknown, ...rest: unknown[]) => {
        stream.cork()
        process.nextTick(() => stream.uncork())
        if (typeof text !== 'string' || !Array.isArray(values)) return query(text, values, ...rest)
        const name = names.get(text) ?? (names.size < mostPrepared ? `s${names.size}` : '')
        if (name === '') return query(text, values, ...rest)
        names.set(text, name)
        return query({ name, text, values }, ...rest)
      },
    })
  })
}

/**
 * A connection that nobody uses ends after so long, ms. By itself `pg` ends it after ten seconds, and the next study pays
 * for new ones in which every statement is parsed and planned anew.
 */
const idleMs = 60_000

/** A pool of whoever keeps its rows in PostgreSQL, with statements prepared. Its size is the most connections it ever holds. */
export const openPlainPool = (config: PoolConfig): Pool => {
  const pool = new Pool({
    max: 12,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: idleMs,
    ...config,
  })
  // A connection that breaks, idle or taken, is replaced at the next use; unheard it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  prepareStatements(pool)
  return pool
}

/**
 * The ledger's pool, by URL or by the parts of the embedded server. A statement goes out at once, not after the answer
 * to the one before.
 */
export const openPool = (config: PoolConfig): Pool =>
  openPlainPool({
    statement_timeout: 60_000,
    pipeline: true,
    ...config,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? (text: string) => Number(text) : types.getTypeParser(oid, format),
    },
  })

/** The query builder over a pool. */
export const openDatabase = (pool: Pool): Database =>
  new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })

/** Runs one piece of ledger work, turning what PostgreSQL throws into faults. */
export const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault(isPassing(error) ? 'ledger.unavailable' : 'internal', { cause: error })
  }
}
