/** What came of a case, read from PostgreSQL in one query. */
import { sql } from 'kysely'
import { isVerdictCode } from '#domain/verdict.ts'
import { type CompletenessLedger, mostLists } from '#ports/completeness-ledger.ts'
import { type Database, guarded } from './database.ts'
import { toInstance } from './instance-row.ts'

export const createCompletenessLedger = (db: Database): CompletenessLedger => ({
  cameOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('items')
        .leftJoin('instances', 'instances.item_id', 'items.id')
        .leftJoin('disc_lists', 'disc_lists.item_id', 'items.id')
        .selectAll('instances')
        .select(['items.id', 'items.state', 'items.codes'])
        .select(
          sql<Buffer | null>`case when row_number() over (partition by disc_lists.item_id is null
            order by items.seq) <= ${mostLists} then disc_lists.sealed_list end`.as('list'),
        )
        .select(
          sql<Buffer | null>`case when instances.item_id is not null then items.sealed_facts end`.as('facts'),
        )
        .where('items.case_id', '=', id)
        .orderBy('items.seq')
        .execute()
      return rows.map((row) => ({
        id: row.id,
        state: row.state,
        codes: row.codes.filter(isVerdictCode),
        instance: toInstance(row),
        sealedFacts: row.facts,
        sealedList: row.list,
      }))
    }),
})
