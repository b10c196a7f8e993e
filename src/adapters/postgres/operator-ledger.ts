/** Operators' one-time codes and sessions in PostgreSQL. */
import type { OperatorLedger } from '#ports/operator-ledger.ts'
import { type Database, guarded } from './database.ts'

export const createOperatorLedger = (db: Database): OperatorLedger => ({
  needsCode: (at) =>
    guarded(async () => {
      const session = await db
        .selectFrom('operator_sessions')
        .select('id')
        .where('expires_at', '>', at)
        .limit(1)
        .executeTakeFirst()
      const code = await db
        .selectFrom('operator_codes')
        .select('expires_at')
        .where('used_at', 'is', null)
        .where('expires_at', '>', at)
        .limit(1)
        .executeTakeFirst()
      return session === undefined && code === undefined
    }),

  addCode: (codeHash, expiresAt, at) =>
    guarded(async () => {
      await db
        .insertInto('operator_codes')
        .values({ code_hash: codeHash, created_at: at, expires_at: expiresAt })
        .execute()
    }),

  signIn: (codeHash, session) =>
    guarded(() =>
      db.transaction().execute(async (trx) => {
        const spent = await trx
          .updateTable('operator_codes')
          .set({ used_at: session.at })
          .where('code_hash', '=', Buffer.from(codeHash))
          .where('used_at', 'is', null)
          .where('expires_at', '>', session.at)
          .executeTakeFirst()
        if (spent.numUpdatedRows !== 1n) return null
        await trx
          .insertInto('operator_sessions')
          .values({
            id: session.id,
            token_hash: session.tokenHash,
            created_at: session.at,
            expires_at: session.expiresAt,
          })
          .execute()
        return session.id
      }),
    ),

  session: (tokenHash, at) =>
    guarded(async () => {
      const row = await db
        .selectFrom('operator_sessions')
        .select('id')
        .where('token_hash', '=', Buffer.from(tokenHash))
        .where('expires_at', '>', at)
        .executeTakeFirst()
      return row?.id ?? null
    }),
})
