/** Whether what a sender agreed to stands: asked with the session and not after it, for it is asked with every part. */
import { type RawBuilder, sql } from 'kysely'
import type { SenderId } from '#domain/id.ts'

/** A column `consented`; one probe of `consents_standing`. */
export const consentStands = (sender: SenderId | RawBuilder<unknown>) =>
  sql<boolean>`exists (select from consents where sender_id = ${sender} and withdrawn_at is null)`.as(
    'consented',
  )
