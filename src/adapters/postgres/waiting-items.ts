/** Items that wait for a person's decision, read from PostgreSQL. */
import type { CaseId } from '#domain/id.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { WaitingItem } from '#ports/decision-ledger.ts'
import type { Database } from './database.ts'

/** In the order they were announced, each with the word that one of two people has given. */
export const readWaiting = async (db: Database, of: CaseId): Promise<readonly WaitingItem[]> => {
  const rows = await db
    .selectFrom('items')
    .innerJoin('plans', 'plans.id', 'items.plan_id')
    .leftJoin('instances', 'instances.item_id', 'items.id')
    .leftJoin('decisions', (join) =>
      join.onRef('decisions.item_id', '=', 'items.id').on('decisions.outcome', '=', 'proposed'),
    )
    .select(['items.id', 'items.case_id', 'items.sender_id', 'plan_id', 'archive_item', 'size', 'state'])
    .select(['kind', 'codes'])
    .select(['sealed_facts', 'sha256', 'decided_at', 'items.created_at', 'modality'])
    .select(['operator_id', 'reason', 'at'])
    .where('items.case_id', '=', of)
    .where('state', '=', 'quarantined')
    .orderBy('items.seq')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    case: row.case_id,
    sender: row.sender_id,
    plan: row.plan_id,
    from: row.archive_item,
    size: row.size,
    state: row.state,
    kind: row.kind,
    codes: row.codes.filter(isVerdictCode),
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
