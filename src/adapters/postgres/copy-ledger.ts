/** De-identified copies in PostgreSQL. */
import { sql, type Transaction } from 'kysely'
import { copyMachine, copyPauseMs } from '#domain/copy.ts'
import { refuse } from '#domain/fault.ts'
import type { CopyId } from '#domain/id.ts'
import type { CopyLedger, CopyTry, NewCopyItem } from '#ports/copy-ledger.ts'
import { selectCopies, toCopy } from './copy-row.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

type Trx = Transaction<Tables>
/** Rows written with one statement. */
const rowsAtOnce = 500

const later = (at: Date): Date => new Date(at.getTime() + copyPauseMs)

/** Locks the copy when this try still makes it. */
const isMaking = async (trx: Trx, { id, attempts }: CopyTry): Promise<boolean> => {
  const row = await trx
    .selectFrom('copies')
    .select('id')
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'making')
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

const forgetItems = (trx: Trx, id: CopyId) => trx.deleteFrom('copy_items').where('copy_id', '=', id).execute()

const insertItems = async (trx: Trx, copy: CopyId, items: readonly NewCopyItem[]): Promise<void> => {
  for (let at = 0; at < items.length; at += rowsAtOnce)
    await trx
      .insertInto('copy_items')
      .values(
        items.slice(at, at + rowsAtOnce).map((item) => ({
          copy_id: copy,
          id: item.id,
          item_id: item.item,
          size: item.size,
          sha256: item.sha256,
          crc32: item.crc32,
          head_length: item.headLength,
          follows_from: item.from,
          sealed_facts: item.sealedFacts,
          sealed_head: item.sealedHead,
        })),
      )
      .execute()
}

export const createCopyLedger = (db: Database): CopyLedger => ({
  askCopy: (copy, most) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        // One at a time for a case, or two that ask at once both pass.
        await trx.selectFrom('cases').select('id').where('id', '=', copy.case).forUpdate().execute()
        const { waiting, asked } = await trx
          .selectFrom('copies')
          .select([
            sql<number>`count(*) filter (where state in ('asked', 'making'))`.as('waiting'),
            sql<number>`count(*) filter (where asked_at > ${most.since})`.as('asked'),
          ])
          .where('case_id', '=', copy.case)
          .executeTakeFirstOrThrow()
        if (waiting >= most.waiting || asked >= most.asked) return refuse('copy.enough')
        await trx
          .insertInto('copies')
          .values({
            id: copy.id,
            case_id: copy.case,
            state: 'asked',
            dates: copy.options.dates,
            characteristics: copy.options.characteristics,
            burned_in: copy.options.burnedIn,
            sealed: copy.sealed,
            asked_at: copy.at,
            due_at: copy.at,
          })
          .execute()
        return null
      }),
    ),

  owedCopies: (at, most) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('copies')
        .select('id')
        .where('state', 'in', copyMachine.into('making'))
        .where('due_at', '<=', at)
        .orderBy('due_at')
        .limit(most)
        .execute()
      return rows.map(({ id }) => id)
    }),

  takeCopy: (id, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .updateTable('copies')
          .set({ state: 'making', attempts: sql`attempts + 1`, due_at: later(at) })
          .where('id', '=', id)
          .where('state', 'in', copyMachine.into('making'))
          .where('due_at', '<=', at)
          .returningAll()
          .executeTakeFirst()
        if (row === undefined) return null
        await forgetItems(trx, id)
        const { options, case: of } = toCopy({ ...row, files: 0, bytes: 0 })
        return { id, case: of, options, sealed: row.sealed, attempts: row.attempts }
      }),
    ),

  addItems: (of, items, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        if (!(await isMaking(trx, of))) return false
        await insertItems(trx, of.id, items)
        await trx
          .updateTable('copies')
          .set({ due_at: later(at) })
          .where('id', '=', of.id)
          .execute()
        return true
      }),
    ),

  finishCopy: ({ id, attempts }, { revision, mayShowText, leftOut }, at) =>
    guarded(async () => {
      const moved = await db
        .updateTable('copies')
        .set({
          state: 'ready',
          revision,
          may_show_text: mayShowText,
          left_out: JSON.stringify(leftOut),
          ended_at: at,
        })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('state', 'in', copyMachine.into('ready'))
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    }),

  giveBackCopy: ({ id, attempts }, dueAt) =>
    guarded(async () => {
      await db
        .updateTable('copies')
        .set({ state: 'asked', attempts: attempts - 1, due_at: dueAt })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
        .where('state', '=', 'making')
        .execute()
    }),

  failCopy: (of, at) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        if (!(await isMaking(trx, of))) return false
        await forgetItems(trx, of.id)
        await trx
          .updateTable('copies')
          .set({ state: 'failed', ended_at: at })
          .where('id', '=', of.id)
          .execute()
        return true
      }),
    ),

  copiesOf: (id) =>
    guarded(async () =>
      (await selectCopies(db, id).orderBy('asked_at').orderBy('id').execute()).map((row) => toCopy(row)),
    ),

  copyById: (of, id) =>
    guarded(async () => {
      const row = await selectCopies(db, of).where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toCopy(row)
    }),

  content: (of, id) =>
    guarded(async () => {
      const row = await selectCopies(db, of)
        .where('id', '=', id)
        .where('state', '=', 'ready')
        .executeTakeFirst()
      if (row === undefined) return null
      const items = await db
        .selectFrom('copy_items')
        .select(['id', 'item_id', 'size', 'sha256', 'crc32', 'head_length', 'follows_from', 'sealed_facts'])
        .where('copy_id', '=', id)
        .orderBy('id')
        .execute()
      return {
        ...toCopy(row),
        sealed: row.sealed,
        items: items.map((item) => ({
          id: item.id,
          item: item.item_id,
          size: item.size,
          sha256: item.sha256,
          crc32: item.crc32,
          headLength: item.head_length,
          from: item.follows_from,
          sealedFacts: item.sealed_facts,
        })),
      }
    }),

  heads: (id, items) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('copy_items')
        .select(['id', 'sealed_head'])
        .where('copy_id', '=', id)
        .where('id', 'in', [...items])
        .execute()
      const heads = new Map(rows.map((row) => [row.id, row.sealed_head]))
      return items.flatMap((item) => heads.get(item) ?? [])
    }),
})
