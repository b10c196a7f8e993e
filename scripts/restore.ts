/**
 * Restore: a backup into a gateway that has nothing yet, on the same program version. Its key ring must be back in
 * KEYS_DIR before; servers and workers must not run.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openBackupFolder } from '#adapters/disk/backup-folder.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { createLedgerCopy } from '#adapters/postgres/ledger-copy.ts'
import { migrate } from '#adapters/postgres/migrate.ts'
import { openLedgers, openStore } from '#compose.ts'
import type { Config } from '#config/read-config.ts'
import { trialFolders } from '#config/trial.ts'
import { type RestoreOutcome, restore } from '#steps/restore.ts'
import { inWords, reach, trialDatabase } from './reach.ts'

/** Objects copied side by side. */
const lanes = 4

const progressMs = 2_000

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const refusal = (outcome: Exclude<RestoreOutcome, { outcome: 'done' }>, keysFolder: string): string => {
  switch (outcome.outcome) {
    case 'no-backup':
      return 'there is no backup in that folder'
    case 'not-empty':
      return 'the ledger is not empty: restore goes into a new database only'
    case 'changed':
      return 'the ledger in that folder is not the one that was written: its SHA-256 differs'
    case 'other-migration':
      return `the backup is of tables as of ${outcome.backup}, this program makes ${outcome.ledger ?? 'none'}: use the version that wrote it, then upgrade`
    case 'keys':
      return `the key ring in ${keysFolder} opens ${outcome.cases - outcome.closed} of ${outcome.cases} cases: put back the one that belongs to this backup (--accept-lost-keys goes on without the others)`
  }
}

const tell = (outcome: RestoreOutcome, keysFolder: string, seconds: number): number => {
  if (outcome.outcome !== 'done') {
    console.error(`restore: nothing was changed: ${refusal(outcome, keysFolder)}`)
    return 1
  }
  const { note, objects, bytes, missing, closed, auditHolds } = outcome
  console.log(
    `${objects} objects (${megabytes(bytes)} MB) and the ledger as of ${note.at}, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`,
  )
  console.log(auditHolds ? 'The audit chain holds.' : 'The audit chain does NOT hold.')
  if (closed > 0) console.log(`${closed} cases have keys that nothing opens.`)
  for (const pack of missing) console.error(`restore: pack ${pack} is neither in the backup nor in the store`)
  console.log(
    'What was revoked, renewed or erased after that moment is as it was then: do it again. Then ./scripts/scrub.',
  )
  return missing.length > 0 || closed > 0 || !auditHolds ? 1 : 0
}

const run = async (path: string, acceptLostKeys: boolean, config: Config): Promise<number> => {
  const ledgers = openLedgers(config, 4)
  const store = await openStore(config)
  try {
    const { vault } = openVaultRing(config.keysFolder, systemClock, config.publicUrl)
    const folder = await openBackupFolder(path, false)
    const began = performance.now()
    let told = began
    await migrate(ledgers.db)
    const ledger = createLedgerCopy(ledgers.db)
    const outcome = await restore({ ledger, audit: ledgers.audit, vault, store, folder })({
      lanes,
      acceptLostKeys,
      progress: ({ objects, bytes }) => {
        if (performance.now() - told < progressMs) return
        told = performance.now()
        console.error(`restore: ${objects} objects, ${megabytes(bytes)} MB so far`)
      },
    })
    await folder.close()
    return tell(outcome, resolve(config.keysFolder), (performance.now() - began) / 1_000)
  } finally {
    await store.close()
    await ledgers.close()
  }
}

const start = async (path: string, acceptLostKeys: boolean): Promise<number> => {
  if (!existsSync(join(path, 'BACKUP.json'))) throw new Error(`there is no backup in ${path}`)
  if (!process.env['DATABASE_URL']) {
    const { postgres, keys } = trialFolders(process.env)
    if ((await trialDatabase(postgres)) !== null) throw new Error('stop the gateway first')
    if (!existsSync(keys)) throw new Error(`put the key ring back into ${keys} first`)
  }
  const { config, close } = await reach({ make: true })
  try {
    return await run(path, acceptLostKeys, config)
  } finally {
    await close()
  }
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'accept-lost-keys': { type: 'boolean', default: false } },
  })
  const [path] = positionals
  if (path === undefined || positionals.length !== 1)
    throw new Error('usage: ./scripts/restore FOLDER [--accept-lost-keys]')
  process.exitCode = await start(resolve(path), values['accept-lost-keys'])
} catch (error) {
  console.error(`restore: not done: ${inWords(error)}`)
  process.exitCode = 2
}
