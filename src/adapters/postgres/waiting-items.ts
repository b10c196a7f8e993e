/** Items that wait for a person's decision, read from PostgreSQL. */
import type { CaseId } from '#domain/id.ts'
import type { WaitingItem } from '#ports/decision-ledger.ts'
import type { Database } from './database.ts'
import { itemColumns, toItem } from './item-row.ts'

/** In the order they were announced, each with the word that one of two people has given. */
export const readWaiting = async (db: Database, of: CaseId): Promise<readonly WaitingItem[]> => {
  const rows = await db
    .selectFrom('items')
    .innerJoin('plans', 'plans.id', 'items.plan_id')
    .leftJoin('instances', 'instances.item_id', 'items.id')
    .leftJoin('decisions', (join) =>
      join.onRef('decisions.item_id', '=', 'items.id').on('decisions.outcome', '=', 'proposed'),
    )
    .select(itemColumns)
    .select(['sealed_facts', 'sha256', 'decided_at', 'items.created_at', 'modality'])
    .select(['operator_id', 'reason', 'at'])
    .where('items.case_id', '=', of)
    .where('state', '=', 'quarantined')
    .orderBy('items.seq')
    .execute()
  return rows.map((row) => ({
    ...toItem(row),
    since: row.decided_at ?? row.created_at,
    looked: row.sha256 !== null && row.sealed_facts !== null,
    modality: row.modality,
    sealedFacts: row.sealed_facts,
    proposed:
      row.operator_id === null || row.at === null || row.reason === null
        ? null
        : { by: row.operator_id, at: row.at, reason: row.reason },
  }))
}
