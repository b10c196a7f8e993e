/** What a case holds, for a page that lists it. */
import { mayRead } from '#domain/case.ts'
import type { CaseId } from '#domain/id.ts'
import { readableStates } from '#domain/item.ts'
import { leavesPatchedOnly } from '#domain/patch.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { ListedCase } from '#ports/delivery-ledger.ts'
import type { Database } from './database.ts'

/** What a case holds, without the extents that reading it takes. */
export const readListed = async (db: Database, of: CaseId): Promise<ListedCase | null> => {
  const owner = await db
    .selectFrom('cases')
    .select(['state', 'wrapped_key'])
    .where('id', '=', of)
    .executeTakeFirst()
  if (owner === undefined || owner.wrapped_key === null || !mayRead(owner.state)) return null
  const rows = await db
    .selectFrom('items')
    .leftJoin('instances', 'instances.item_id', 'items.id')
    .leftJoin('served_copies', 'served_copies.item_id', 'items.id')
    .select(['items.id', 'items.kind', 'items.size', 'items.codes', 'served_copies.item_id as served'])
    .select((query) => [
      query('instances.item_id', 'is not', null).as('placed'),
      // Thousands of slices have facts that nobody asks for here.
      query
        .case()
        .when('instances.item_id', 'is', null)
        .then(query.ref('items.sealed_facts'))
        .else(null)
        .end()
        .as('sealed_facts'),
    ])
    .where('items.case_id', '=', of)
    .where('items.state', 'in', readableStates)
    .orderBy('items.id')
    .execute()
  const shown = rows.filter(
    ({ codes, served }) => served !== null || !leavesPatchedOnly(codes.filter(isVerdictCode)),
  )
  return {
    instances: shown.filter(({ placed }) => placed).length,
    bytes: shown.reduce((sum, { size }) => sum + size, 0),
    documents: shown.flatMap(({ id, kind, size, sealed_facts: sealedFacts }) =>
      kind === null || sealedFacts === null ? [] : [{ id, kind, size, sealedFacts }],
    ),
  }
}
