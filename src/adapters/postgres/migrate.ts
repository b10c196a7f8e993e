/** Brings a database to the newest form. Several servers may start at once: Kysely's migrator takes a lock. */
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { Fault } from '#domain/fault.ts'
import { up as trunk } from './migrations/0001-trunk.ts'
import { up as bucket } from './migrations/0002-bucket.ts'
import { up as heads } from './migrations/0003-heads.ts'
import { up as decisions } from './migrations/0004-decisions.ts'
import { up as unpacked } from './migrations/0005-unpacked.ts'
import { up as served } from './migrations/0006-served.ts'
import { up as texts } from './migrations/0007-texts.ts'
import { up as discLists } from './migrations/0008-disc-lists.ts'
import { up as releasedAgain } from './migrations/0009-released-again.ts'
import { up as landing } from './migrations/0010-landing.ts'
import { up as introductions } from './migrations/0011-introductions.ts'
import { up as letters } from './migrations/0012-letters.ts'
import { up as readers } from './migrations/0013-readers.ts'
import { up as pushes } from './migrations/0016-pushes.ts'
import { up as capabilities } from './migrations/0018-capabilities.ts'
import type { Tables } from './tables.ts'

const migrations = {
  '0001-trunk': { up: trunk },
  '0002-bucket': { up: bucket },
  '0003-heads': { up: heads },
  '0004-decisions': { up: decisions },
  '0005-unpacked': { up: unpacked },
  '0006-served': { up: served },
  '0007-texts': { up: texts },
  '0008-disc-lists': { up: discLists },
  '0009-released-again': { up: releasedAgain },
  '0010-landing': { up: landing },
  '0011-introductions': { up: introductions },
  '0012-letters': { up: letters },
  '0013-readers': { up: readers },
  '0016-pushes': { up: pushes },
  '0018-capabilities': { up: capabilities },
}

/** The migration after which a database is as this program wants it. */
export const newestMigration: string | undefined = Object.keys(migrations).toSorted().at(-1)

/**
 * Applies what is missing, up to `to` where it is told. @throws `ledger.unavailable` when a migration fails; it is
 * rolled back whole.
 */
export const migrate = async (db: Kysely<Tables>, to?: keyof typeof migrations): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error } = await (to === undefined ? migrator.migrateToLatest() : migrator.migrateTo(to))
  if (error !== undefined) throw new Fault('ledger.unavailable', { cause: error })
}
