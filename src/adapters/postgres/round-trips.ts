/**
 * Statements over one connection that do not wait for each other's answers. What a pack does to the ledger takes less
 * than going there and back, once for every statement, costs at both ends.
 */
import { CompiledQuery, type DatabaseConnection, type RawBuilder } from 'kysely'
import { Fault } from '#domain/fault.ts'
import type { Database } from './database.ts'

/** Sends a statement; those that are sent in one turn run in that order. Resolves with its rows. */
export type Send = <Row>(statement: RawBuilder<Row>) => Promise<readonly Row[]>

const sendOver =
  (db: Database, connection: DatabaseConnection): Send =>
  async <Row>(statement: RawBuilder<Row>) =>
    (await connection.executeQuery<Row>(statement.compile(db))).rows

/** Holds one connection for `work`, which waits for every statement it sent. There is no transaction. */
export const sendTogether = <T>(db: Database, work: (send: Send) => Promise<T>): Promise<T> =>
  db.getExecutor().provideConnection((connection) => work(sendOver(db, connection)))

/** What a transaction gives, and the statements that end it: they go out with its `commit`. */
export type Ending<T> = { readonly value: T; readonly last: readonly RawBuilder<unknown>[] }

/**
 * Runs `work` in a transaction (READ COMMITTED: every statement sees what was committed before it). Its `begin` goes out
 * with the first statements, which therefore only lock and read, and its `commit` with the last. What `work` or a
 * statement throws undoes everything.
 */
export const transact = <T>(db: Database, work: (send: Send) => Promise<Ending<T>>): Promise<T> =>
  db.getExecutor().provideConnection(async (connection) => {
    const say = (words: string) => connection.executeQuery<{ command: string }>(CompiledQuery.raw(words))
    const send = sendOver(db, connection)
    try {
      const begun = say('begin')
      const [{ value, last }] = await Promise.all([work(send), begun])
      const [, ended] = await Promise.all([Promise.all(last.map(send)), say('commit')])
      // So PostgreSQL says that it undid what it was to keep.
      if (ended.rows[0]?.command !== 'COMMIT') throw new Fault('ledger.unavailable')
      return value
    } catch (error) {
      await say('rollback').catch(() => {})
      throw error
    }
  })
