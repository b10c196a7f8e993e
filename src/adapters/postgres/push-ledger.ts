/** Pushes in PostgreSQL. */
import { type Selectable, sql } from 'kysely'
import type { PushId } from '#domain/id.ts'
import { type Push, pushMachine } from '#domain/push.ts'
import type { PushLedger } from '#ports/push-ledger.ts'
import { type Database, guarded } from './database.ts'
import type { Tables } from './tables.ts'

const toPush = (row: Selectable<Tables['pushes']>): Push => ({
  id: row.id,
  case: row.case_id,
  target: row.target,
  study: row.study_uid,
  state: row.state,
  sent: row.sent,
  failed: row.failed,
  code: row.code,
  createdAt: row.created_at,
  endedAt: row.ended_at,
})

export const createPushLedger = (db: Database): PushLedger => ({
  openPush: ({ id, case: of, target, study, at }) =>
    guarded(async () => {
      // The one under way may end between the two statements; then this one is free to begin.
      for (;;) {
        const { rows } = await sql<{ id: PushId }>`
          insert into pushes (id, case_id, target, study_uid, state, created_at, changed_at)
          values (${id}, ${of}, ${target}, ${study}, 'owed', ${at}, ${at})
          on conflict (case_id, target, coalesce(study_uid, '')) where ended_at is null do nothing
          returning id`.execute(db)
        const begun = rows[0]?.id
        if (begun !== undefined) return begun
        const underWay = await db
          .selectFrom('pushes')
          .select('id')
          .where('case_id', '=', of)
          .where('target', '=', target)
          .where(sql<boolean>`study_uid is not distinct from ${study}`)
          .where('ended_at', 'is', null)
          .executeTakeFirst()
        if (underWay !== undefined) return underWay.id
      }
    }),

  takePush: (id, at) =>
    guarded(async () => {
      const row = await db
        .updateTable('pushes')
        .set({ state: 'running', sent: 0, failed: 0, code: null, changed_at: at })
        .where('id', '=', id)
        .where('state', 'in', pushMachine.into('running'))
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : toPush(row)
    }),

  notePush: (id, sent, failed, at) =>
    guarded(async () => {
      await db
        .updateTable('pushes')
        .set({ sent, failed, changed_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute()
    }),

  delayPush: (id, code, at) =>
    guarded(async () => {
      await db
        .updateTable('pushes')
        .set({ code, changed_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute()
    }),

  endPush: (id, { at, ...end }) =>
    guarded(async () => {
      const ended = await db
        .updateTable('pushes')
        .set({ ...end, changed_at: at, ended_at: at })
        .where('id', '=', id)
        .where('state', 'in', pushMachine.into(end.state))
        .returningAll()
        .executeTakeFirst()
      return ended === undefined ? null : toPush(ended)
    }),

  pushesOf: (id) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('pushes')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(toPush)
    }),

  owedPushes: (before, limit) =>
    guarded(async () => {
      const rows = await db
        .selectFrom('pushes')
        .select('id')
        .where('ended_at', 'is', null)
        .where('changed_at', '<', before)
        .orderBy('changed_at')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    }),
})
