/** A grant as its row has it. */
import type { Selectable } from 'kysely'
import { type Grant, scopes } from '#domain/grant.ts'
import type { Tables } from './tables.ts'

export const toGrant = (row: Selectable<Tables['grants']>): Grant => ({
  id: row.id,
  case: row.case_id,
  scopes: scopes.filter((scope) => row.scopes.includes(scope)),
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  reader: row.reader_id,
})
