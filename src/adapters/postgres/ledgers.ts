/** Every ledger there is in PostgreSQL, over one database. */
import { createAdmissionLedger } from './admission-ledger.ts'
import { createArchiveLedger } from './archive-ledger.ts'
import { createAuditLedger } from './audit-ledger.ts'
import { createCaseLedger } from './case-ledger.ts'
import { createCompletenessLedger } from './completeness-ledger.ts'
import type { Database } from './database.ts'
import { createDecisionLedger } from './decision-ledger.ts'
import { createDeliveryLedger } from './delivery-ledger.ts'
import { createIndexLedger } from './index-ledger.ts'
import { createInstanceLedger } from './instance-ledger.ts'
import { createIntakeLedger } from './intake-ledger.ts'
import { createIntroductionLedger } from './introduction-ledger.ts'
import { createLetterLedger } from './letter-ledger.ts'
import { createLinkLedger } from './link-ledger.ts'
import { createOperatorLedger } from './operator-ledger.ts'
import { createPushLedger } from './push-ledger.ts'
import { createReaderLedger } from './reader-ledger.ts'
import { createRebuildLedger } from './rebuild-ledger.ts'

/** Ends nothing: `db` is the caller's. */
export const createLedgers = (db: Database) => ({
  cases: createCaseLedger(db),
  links: createLinkLedger(db),
  introductions: createIntroductionLedger(db),
  letters: createLetterLedger(db),
  intake: createIntakeLedger(db),
  admission: createAdmissionLedger(db),
  archives: createArchiveLedger(db),
  delivery: createDeliveryLedger(db),
  instances: createInstanceLedger(db),
  readers: createReaderLedger(db),
  pushes: createPushLedger(db),
  decisions: createDecisionLedger(db),
  completeness: createCompletenessLedger(db),
  audit: createAuditLedger(db),
  operators: createOperatorLedger(db),
  indexes: createIndexLedger(db),
  rebuild: createRebuildLedger(db),
})
