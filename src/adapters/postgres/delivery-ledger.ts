/** Grants and readable content in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { mayRead } from '#domain/case.ts'
import type { CaseId, ItemId } from '#domain/id.ts'
import { readableStates } from '#domain/item.ts'
import { leavesPatchedOnly } from '#domain/patch.ts'
import { isVerdictCode } from '#domain/verdict.ts'
import type { CaseContent, DeliveryLedger, ReadableItem } from '#ports/delivery-ledger.ts'
import { type Database, guarded } from './database.ts'
import { toExtent } from './extent-row.ts'
import { toGrant } from './grant-row.ts'
import { toInstance } from './instance-row.ts'
import { itemColumns, toItem } from './item-row.ts'
import { readListed } from './listed-case.ts'
import { isOneOf, type Only } from './only-items.ts'
import { servedColumns, toServed } from './served-copy.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>

const readExtents = async (trx: Trx, of: CaseId, only: Only) => {
  const rows = await trx
    .selectFrom('extents')
    .innerJoin('items', 'items.id', 'extents.item_id')
    .selectAll('extents')
    .where('items.case_id', '=', of)
    .where('items.state', 'in', readableStates)
    .where(isOneOf(only))
    .orderBy('item_id')
    .orderBy('first')
    .execute()
  return Map.groupBy(rows.map(toExtent), (extent) => extent.item)
}

/** Whether facts are fetched, or only asked whether there are any: they are most of a row. */
export type Facts = 'fetched' | 'left'

const readItems = async (
  trx: Trx,
  of: CaseId,
  only: Only,
  facts: Facts,
): Promise<readonly ReadableItem[]> => {
  if (only?.length === 0) return []
  const rows = await trx
    .selectFrom('items')
    .leftJoin('instances', 'instances.item_id', 'items.id')
    .leftJoin('served_copies', 'served_copies.item_id', 'items.id')
    .selectAll('instances')
    .select(['items.id', 'items.kind', 'items.size', 'items.sha256', 'items.crc32'])
    .select(
      facts === 'fetched'
        ? sql<Buffer | null>`items.sealed_facts`.as('sealed_facts')
        : sql<Buffer | null>`substring(items.sealed_facts from 1 for 0)`.as('sealed_facts'),
    )
    .select(['items.codes', ...servedColumns])
    .where('items.case_id', '=', of)
    .where('items.state', 'in', readableStates)
    .where(isOneOf(only))
    .orderBy('items.id')
    .execute()
  const extents = await readExtents(trx, of, only)
  return rows.flatMap((row) => {
    if (row.sha256 === null || row.crc32 === null || row.sealed_facts === null || row.kind === null) return []
    const codes = row.codes.filter(isVerdictCode)
    const served = toServed(row, row.size)
    if (served === null && leavesPatchedOnly(codes)) return []
    return [
      {
        id: row.id,
        kind: row.kind,
        size: row.size,
        sha256: row.sha256,
        crc32: row.crc32,
        codes,
        served,
        sealedFacts: row.sealed_facts,
        extents: extents.get(row.id) ?? [],
        instance: toInstance(row),
      },
    ]
  })
}

/**
 * One consistent view: the case, its items and their extents as of one moment; with `find` those it finds then. Facts
 * that are `left` are empty.
 */
export const readContent = (
  db: Database,
  of: CaseId,
  find: (trx: Trx) => Promise<Only>,
  facts: Facts = 'fetched',
): Promise<CaseContent | null> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const owner = await trx
        .selectFrom('cases')
        .select(['state', 'revision', 'content_at', 'wrapped_key'])
        .where('id', '=', of)
        .executeTakeFirst()
      if (owner === undefined || owner.wrapped_key === null || !mayRead(owner.state)) return null
      return {
        case: of,
        revision: owner.revision,
        changedAt: owner.content_at,
        wrappedKey: owner.wrapped_key,
        items: await readItems(trx, of, await find(trx), facts),
      }
    })

/** One page of the documents of a case with their words. */
const readDocuments = async (db: Database, of: CaseId, after: ItemId | null, limit: number) => {
  const owner = await db
    .selectFrom('cases')
    .select(['state', 'wrapped_key'])
    .where('id', '=', of)
    .executeTakeFirst()
  if (owner === undefined || owner.wrapped_key === null || !mayRead(owner.state)) return null
  const rows = await db
    .selectFrom('items')
    .leftJoin('item_texts', 'item_texts.item_id', 'items.id')
    .select(['items.id', 'item_texts.sealed_text'])
    .where('items.case_id', '=', of)
    .where('items.state', 'in', readableStates)
    .where((query) =>
      query.or([query('items.kind', '=', 'pdf'), query('item_texts.item_id', 'is not', null)]),
    )
    .$if(after !== null, (query) => query.where('items.id', '>', after ?? ('' as ItemId)))
    .orderBy('items.id')
    .limit(limit)
    .execute()
  return {
    wrappedKey: owner.wrapped_key,
    documents: rows.map((row) => ({ item: row.id, sealedText: row.sealed_text })),
  }
}

export const createDeliveryLedger = (db: Database): DeliveryLedger => ({
  openGrant: ({ id, case: of, scopes: allowed, expiresAt, by, at, capabilityHash }) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const reader = 'reader' in by ? by.reader : null
        if (reader !== null) {
          // Who ends a reader ends their grants: none may come in between.
          const row = await trx
            .selectFrom('readers')
            .select('state')
            .where('id', '=', reader)
            .where('case_id', '=', of)
            .where('token_hash', 'is not', null)
            .forShare()
            .executeTakeFirst()
          if (row?.state !== 'reading') return false
        }
        await trx
          .insertInto('grants')
          .values({
            id,
            case_id: of,
            scopes: [...allowed],
            expires_at: expiresAt,
            created_by: 'operator' in by ? by.operator : null,
            reader_id: reader,
            capability_hash: capabilityHash ?? null,
            created_at: at,
          })
          .execute()
        return true
      }),
    ),

  findGrant: (id) =>
    guarded(async () => {
      const row = await db
        .selectFrom('grants')
        .innerJoin('cases', 'cases.id', 'grants.case_id')
        .selectAll('grants')
        .select('cases.state')
        .where('grants.id', '=', id)
        .executeTakeFirst()
      return row === undefined ? null : { ...toGrant(row), caseState: row.state }
    }),

  revokeGrant: (id, at) =>
    guarded(async () => {
      const moved = await db
        .updateTable('grants')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    }),

  grantsOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('grants')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('created_at')
        .execute()
      return rows.map(toGrant)
    }),

  findCapability: (hash) =>
    guarded(async () => {
      const row = await db
        .selectFrom('grants')
        .selectAll()
        .where('capability_hash', '=', Buffer.from(hash))
        .executeTakeFirst()
      return row === undefined ? null : toGrant(row)
    }),

  revision: (id) =>
    guarded(async () => {
      const row = await db
        .selectFrom('cases')
        .select(['state', 'revision'])
        .where('id', '=', id)
        .where('wrapped_key', 'is not', null)
        .executeTakeFirst()
      return row !== undefined && mayRead(row.state) ? row.revision : null
    }),

  content: (id) => guarded(() => readContent(db, id, async () => null)),

  listed: (id) => guarded(() => readListed(db, id)),

  item: (id, item) =>
    guarded(async () => {
      const content = await readContent(db, id, async () => [item])
      const [found] = content?.items ?? []
      return content === null || found === undefined ? null : { ...content, items: [found] }
    }),

  documents: (id, after, limit) => guarded(() => readDocuments(db, id, after, limit)),

  itemsOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('items')
        .innerJoin('plans', 'plans.id', 'items.plan_id')
        .select([...itemColumns, 'sealed_facts'])
        .where('items.case_id', '=', id)
        .orderBy('seq')
        .execute()
      return rows.map((row) => ({ ...toItem(row), sealedFacts: row.sealed_facts }))
    }),
})
