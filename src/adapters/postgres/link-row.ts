/** A link as its row has it: read, written, locked, and whether it may become a session by what its sender did last. */
import { type Insertable, type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { mayReceive, mayVisit } from '#domain/case.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import type { LinkId } from '#domain/id.ts'
import { type LastWork, mayExchange, senderSession, type UploadLink } from '#domain/link.ts'
import type { NewLink, SenderSession } from '#ports/link-ledger.ts'
import { consentStands } from './consent-stands.ts'
import type { Tables } from './tables.ts'

export type Row = Selectable<Tables['links']>

export const toLink = (row: Row): UploadLink => ({
  id: row.id,
  case: row.case_id,
  sender: row.sender_id,
  state: row.state,
  expiresAt: row.expires_at,
  maxUses: row.max_uses,
  uses: row.uses,
  // Also right for a link that the version before makes while this one runs.
  check: row.check_kind ?? (row.code_hash === null ? 'none' : 'code'),
  language: row.language,
  lockedUntil: row.locked_until,
})

export const toRow = (link: NewLink): Insertable<Tables['links']> => ({
  id: link.id,
  case_id: link.case,
  sender_id: link.sender,
  state: 'open',
  secret_hash: link.secretHash,
  check_kind: link.check,
  code_hash: link.codeHash,
  language: link.language,
  sealed_facts: link.sealedFacts,
  expires_at: link.expiresAt,
  max_uses: link.maxUses,
  created_at: link.at,
})

export const lockLink = (trx: Transaction<Tables>, id: LinkId): Promise<Row | undefined> =>
  trx.selectFrom('links').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** What the sender of a link did last. */
const readLastWork = async (db: Kysely<Tables>, { id, sender_id }: Row): Promise<LastWork> => {
  const { absoluteHours, idleMinutes } = senderSession
  const { rows } = await sql<{ worked: Date | null; over: Date | null }>`
    select greatest(max(seen_at), (select max(created_at) from packs where sender_id = ${sender_id})) as worked,
      max(least(created_at + make_interval(hours => ${absoluteHours}),
        seen_at + make_interval(mins => ${idleMinutes}))) filter (where link_id = ${id}) as over
    from sessions where sender_id = ${sender_id}`.execute(db)
  return { workedAt: rows[0]?.worked ?? null, overAt: rows[0]?.over ?? null }
}

type LetIn = Pick<SenderSession, 'intakeKey' | 'receives' | 'consented'> & { readonly counts: boolean }

/** What a link is let in with, or why it is not, as its row and its case stand now. */
export const letIn = async (db: Kysely<Tables>, row: Row, at: Date): Promise<LetIn | Refusal> => {
  const may = mayExchange(toLink(row), await readLastWork(db, row), at)
  if (isRefusal(may)) return may
  const owner = await db
    .selectFrom('cases')
    .select(['state', 'intake_key', consentStands(row.sender_id)])
    .where('id', '=', row.case_id)
    .executeTakeFirstOrThrow()
  if (!mayVisit(owner.state) || owner.intake_key === null) return refuse('case.closed')
  const { consented } = owner
  return { counts: may.counts, intakeKey: owner.intake_key, receives: mayReceive(owner.state), consented }
}
