/** What a PostgreSQL says about itself: asked once, by whoever checks a set-up. */
import { sql } from 'kysely'
import { type Database, guarded } from './database.ts'
import { createLedgerCopy } from './ledger-copy.ts'
import { newestMigration } from './migrate.ts'

export type PostgresFacts = {
  /** Such as 18. */
  readonly version: number
  readonly fsync: string
  readonly synchronousCommit: string
  readonly fullPageWrites: string
  /** The server's clock less ours, milliseconds; as exact as half of one round trip. */
  readonly skewMs: number
  readonly connections: { readonly used: number; readonly most: number }
  /** The newest migration that was applied, and the one this program wants. */
  readonly migration: string | null
  readonly wanted: string | null
  /** The queue's tables are there. */
  readonly queue: boolean
}

/** Asks. `queueSchema` is where the queue's tables would be. @throws `ledger.unavailable` */
export const readPostgresFacts = (db: Database, queueSchema: string): Promise<PostgresFacts> =>
  guarded(async () => {
    const before = Date.now()
    const { rows } = await sql<{
      at: Date
      version: number
      fsync: string
      commit: string
      pages: string
      most: number
      used: number
      queue: boolean
    }>`select clock_timestamp() as at, current_setting('server_version_num')::int / 10000 as version,
      current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('full_page_writes') as pages, current_setting('max_connections')::int as most,
      (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as used,
      exists (select from pg_namespace where nspname = ${queueSchema}) as queue`.execute(db)
    const after = Date.now()
    const [row] = rows
    return {
      version: row?.version ?? 0,
      fsync: row?.fsync ?? '',
      synchronousCommit: row?.commit ?? '',
      fullPageWrites: row?.pages ?? '',
      skewMs: Math.round((row?.at.getTime() ?? 0) - (before + after) / 2),
      connections: { used: row?.used ?? 0, most: row?.most ?? 0 },
      migration: await createLedgerCopy(db).migration(),
      wanted: newestMigration ?? null,
      queue: row?.queue ?? false,
    }
  })
