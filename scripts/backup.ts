/**
 * Backup: ledger and objects of a gateway, running or not, into a folder. Whoever gets the folder gets no key:
 * the key ring is left out on purpose, and this says so every time.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openBackupFolder } from '#adapters/disk/backup-folder.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { createLedgerCopy } from '#adapters/postgres/ledger-copy.ts'
import { createScrubLedger } from '#adapters/postgres/scrub-ledger.ts'
import { openLedgers, openStore } from '#compose.ts'
import { type BackUpOutcome, backUp } from '#steps/back-up.ts'
import { inWords, reach } from './reach.ts'

/** Objects copied side by side: one is written while another is flushed. */
const lanes = 4

const progressMs = 2_000

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const tell = (outcome: BackUpOutcome, folder: string, keysFolder: string, seconds: number): number => {
  if (outcome.outcome === 'other-ledger') {
    console.error(
      `backup: ${folder} holds a backup of another gateway, or of one that has gone back in time since: use another folder`,
    )
    return 1
  }
  if (outcome.outcome === 'restless') {
    console.error('backup: packs were dropped faster than they could be copied: try again later')
    return 1
  }
  const { note, totals } = outcome
  const rows = Object.values(note.rows).reduce((sum, count) => sum + count, 0)
  console.log(
    `${rows} rows and ${totals.objects} objects (${megabytes(totals.bytes)} MB) as of ${note.at}; ` +
      `${totals.copied} objects (${megabytes(totals.copiedBytes)} MB) were new, ` +
      `${(totals.copiedBytes / 1e6 / seconds).toFixed(0)} MB/s`,
  )
  console.log(`Not in it is the key ring, without which it opens nothing. Keep a copy of it somewhere else:`)
  console.log(`  cp -a ${keysFolder} /somewhere/else   (after every ./scripts/keys rotate again)`)
  for (const pack of note.missing)
    console.error(`backup: the object of pack ${pack} is not whole in the store`)
  return note.missing.length > 0 ? 1 : 0
}

const run = async (path: string): Promise<number> => {
  const { config, close } = await reach({ make: false })
  const ledgers = openLedgers(config, 4)
  const store = await openStore(config)
  try {
    const folder = await openBackupFolder(path, true)
    const began = performance.now()
    let told = began
    const outcome = await backUp({
      ledger: createLedgerCopy(ledgers.db),
      packs: createScrubLedger(ledgers.db),
      store,
      folder,
      clock: systemClock,
    })({
      lanes,
      progress: ({ objects, bytes, copiedBytes }) => {
        if (performance.now() - told < progressMs) return
        told = performance.now()
        console.error(
          `backup: ${objects} objects, ${megabytes(bytes)} MB, ${megabytes(copiedBytes)} MB new so far`,
        )
      },
    })
    await folder.close()
    return tell(outcome, path, resolve(config.keysFolder), (performance.now() - began) / 1_000)
  } finally {
    await store.close()
    await ledgers.close()
    await close()
  }
}

try {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} })
  const [path] = positionals
  if (path === undefined || positionals.length !== 1) throw new Error('usage: ./scripts/backup FOLDER')
  process.exitCode = await run(resolve(path))
} catch (error) {
  console.error(`backup: not done, the backup before this one stays as it is: ${inWords(error)}`)
  process.exitCode = 2
}
