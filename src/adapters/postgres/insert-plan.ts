/** A plan's row and those of its files; what was announced before keeps its item. */
import { sql, type Transaction } from 'kysely'
import type { NewPlan, PlannedFile } from '#ports/intake-ledger.ts'
import type { Tables } from './tables.ts'

/** How many files are new. A plan without a new one leaves no row. */
export const insertPlan = async (
  trx: Transaction<Tables>,
  plan: NewPlan,
  files: readonly PlannedFile[],
): Promise<number> => {
  await trx
    .insertInto('plans')
    .values({
      id: plan.id,
      case_id: plan.case,
      sender_id: plan.sender,
      archive_item: plan.archive,
      locked_key: plan.lockedKey,
      created_at: plan.at,
    })
    .execute()
  const added = await sql`
    insert into items (id, case_id, sender_id, plan_id, fingerprint, size, state, sealed_name, created_at)
    select id, ${plan.case}, ${plan.sender}, ${plan.id}, fingerprint, size, 'receiving', sealed_name, ${plan.at}
    from unnest(${files.map((f) => f.id)}::uuid[],
      ${files.map((f) => Buffer.from(f.fingerprint))}::bytea[], ${files.map((f) => f.size)}::bigint[],
      ${files.map((f) => Buffer.from(f.sealedName))}::bytea[]) as t (id, fingerprint, size, sealed_name)
    on conflict (sender_id, fingerprint) where state <> 'discarded' do nothing`.execute(trx)
  const fresh = Number(added.numAffectedRows ?? 0n)
  if (fresh === 0) await trx.deleteFrom('plans').where('id', '=', plan.id).execute()
  return fresh
}
