/** The audit chain in PostgreSQL. Appending takes turns, since each entry's hash covers the one before. */
import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { AuditAction, AuditEntry } from '#domain/audit.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { AnyId } from '#domain/id.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

type Row = Selectable<Tables['audit']>

/** Any number that no other lock of this database uses. */
const turn = 7_263_001

/** Entries read at once when the whole chain is walked. */
const pageRows = 10_000

const start = Buffer.alloc(32)

/** SHA-256(previous hash ‖ canonical JSON of seq, at, action, actor, case, object, facts). */
const hashEntry = (previous: Buffer, row: Omit<Row, 'hash'>): Buffer =>
  createHash('sha256')
    .update(previous)
    .update(
      canonicalJson({
        seq: row.seq,
        at: row.at.toISOString(),
        action: row.action,
        actor: row.actor,
        case: row.case_id,
        object: row.object,
        facts: row.facts,
      }),
    )
    .digest()

/** `exact`: the column holds no more of the time than the hash covers. */
type WalkedRow = Row & { readonly exact: boolean }

const follows = (previous: Buffer, { exact, ...row }: WalkedRow): boolean =>
  exact && Number.isFinite(row.at.getTime()) && hashEntry(previous, row).equals(row.hash)

const toEntry = (row: Row): AuditEntry => ({
  seq: row.seq,
  at: row.at,
  action: row.action as AuditAction,
  actor: JSON.parse(row.actor) as AuditEntry['actor'],
  case: row.case_id,
  object: row.object as AnyId | null,
  facts: JSON.parse(row.facts) as AuditEntry['facts'],
  hash: row.hash,
})

export const createAuditLedger = (db: Database): AuditLedger => ({
  append: (event, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(${turn})`.execute(trx)
        const last = await trx
          .selectFrom('audit')
          .select(['seq', 'hash'])
          .orderBy('seq', 'desc')
          .limit(1)
          .executeTakeFirst()
        const row = {
          seq: (last?.seq ?? 0) + 1,
          at,
          action: event.action,
          actor: canonicalJson(event.actor),
          case_id: event.case,
          object: event.object,
          facts: canonicalJson(event.facts),
        }
        await trx
          .insertInto('audit')
          .values({ ...row, hash: hashEntry(last?.hash ?? start, row) })
          .execute()
      }),
    ),

  entriesOf: (id) =>
    guarded(async () => {
      const rows = await db.selectFrom('audit').selectAll().where('case_id', '=', id).orderBy('seq').execute()
      return rows.map(toEntry)
    }),

  verify: () =>
    guarded(async () => {
      let previous: Buffer = start
      let last = 0
      for (let cursor: number | null = null; ; cursor = last) {
        const rows: WalkedRow[] = await db
          .selectFrom('audit')
          .selectAll()
          .select(sql<boolean>`isfinite(at) and at = date_trunc('milliseconds', at)`.as('exact'))
          // No lower bound at first: an entry put in before the beginning is met as well.
          .$if(cursor !== null, (query) => query.where('seq', '>', cursor ?? 0))
          .orderBy('seq')
          .limit(pageRows)
          .execute()
        for (const row of rows) {
          if (row.seq !== last + 1 || !follows(previous, row)) return row.seq
          previous = row.hash
          last = row.seq
        }
        if (rows.length < pageRows) return null
      }
    }),
})
