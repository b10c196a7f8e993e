/**
 * Ledger: makes an empty ledger again from bucket and key ring, or compares ledger and bucket. What is found goes to
 * standard output, one line each, by id. Nothing else may use the ledger while it is rebuilt.
 */
import { parseArgs } from 'node:util'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { systemClock as clock } from '#adapters/memory/clock.ts'
import { migrate } from '#adapters/postgres/migrate.ts'
import { openLedgers, openStore } from '#compose.ts'
import { isRefusal } from '#domain/fault.ts'
import type { RebuildNote } from '#domain/rebuilding.ts'
import { checkStore, orphanHours, type StoreNote } from '#steps/check-store.ts'
import { restoreIndexed } from '#steps/restore-indexed.ts'
import { restoreLate } from '#steps/restore-late.ts'
import { inWords, reach } from './reach.ts'

const usage = 'usage: ./scripts/ledger rebuild | check [--remove-orphans]'

const restoredLine = (note: RebuildNote): string => {
  switch (note.what) {
    case 'case':
      return `case ${note.id}: ${note.items} items`
    case 'plan':
      return `plan ${note.id}: ${note.items} items that no index had`
    case 'sender':
      return `sender ${note.id}: known by its records only, without a name`
    case 'pack':
      return `pack ${note.id}: no index had it, it will be admitted; complete now: ${note.items.join(' ') || 'none'}`
    case 'left':
      return `left ${note.key}: ${note.why}${note.items === undefined ? '' : `, items ${note.items.join(' ')}`}`
    case 'missing':
      return `MISSING ${note.key}`
  }
}

const storeLine: Record<StoreNote['what'], string> = {
  missing: 'MISSING',
  owed: 'was not there and will be written again',
  orphan: 'orphan',
  young: `may still be written (younger than ${orphanHours} h)`,
  removed: 'removed',
}

type Open = {
  readonly ledgers: ReturnType<typeof openLedgers>
  readonly store: Awaited<ReturnType<typeof openStore>>
}

const rebuild = async (
  { ledgers, store }: Open,
  vault: ReturnType<typeof openVaultRing>['vault'],
): Promise<number> => {
  await migrate(ledgers.db)
  const { rebuild: ledger, cases, intake, audit } = ledgers
  const count = { case: 0, plan: 0, sender: 0, pack: 0, left: 0, missing: 0, items: 0 }
  const tell = (note: RebuildNote): void => {
    count[note.what] += 1
    if (note.what === 'case' || note.what === 'plan') count.items += note.items
    console.log(restoredLine(note))
  }
  const indexed = await restoreIndexed({ store, vault, ledger })(tell)
  if (isRefusal(indexed)) throw new Error('the ledger is not empty; only an empty one is rebuilt')
  const late = { store, ledger, cases, intake, audit, clock }
  const { broken } = await restoreLate(late)(indexed.keys, tell)
  console.log(
    `${count.case} cases, ${count.items} items, ${count.pack} packs to be admitted; ` +
      `${count.left} objects left, ${count.missing} missing`,
  )
  console.log(
    broken === null
      ? `audit chain: ${indexed.entries} entries, all hold`
      : `audit chain: ${indexed.entries} entries, BROKEN at ${broken}`,
  )
  return count.left > 0 || count.missing > 0 || broken !== null ? 1 : 0
}

const check = async ({ ledgers, store }: Open, removeOrphans: boolean): Promise<number> => {
  const result = await checkStore({ store, ledger: ledgers.rebuild, clock })(
    removeOrphans,
    ({ what, key }) => {
      console.log(`${storeLine[what]}: ${key}`)
    },
  )
  const { objects, missing, owed, orphan, young, removed } = result
  console.log(
    `${objects} objects, ${missing} missing, ${owed} owed again, ${orphan} orphans, ${young} young, ${removed} removed`,
  )
  if (isRefusal(result))
    console.log(
      'nothing was removed: the ledger is empty or objects are missing, so it may be older than the bucket',
    )
  return missing > 0 || isRefusal(result) ? 1 : 0
}

const run = async (verb: 'rebuild' | 'check', removeOrphans: boolean): Promise<number> => {
  const { config, close } = await reach({ make: verb === 'rebuild' })
  const ledgers = openLedgers(config, 4)
  const store = await openStore(config)
  try {
    if (verb === 'check') return await check({ ledgers, store }, removeOrphans)
    const { vault } = openVaultRing(config.keysFolder, clock, config.publicUrl)
    return await rebuild({ ledgers, store }, vault)
  } finally {
    await store.close()
    await ledgers.close()
    await close()
  }
}

const readOptions = (): { verb: 'rebuild' | 'check'; removeOrphans: boolean } => {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'remove-orphans': { type: 'boolean', default: false } },
    })
    const [verb, ...rest] = positionals
    const removeOrphans = values['remove-orphans']
    if ((verb !== 'rebuild' && verb !== 'check') || rest.length > 0) throw new Error('rebuild or check?')
    if (removeOrphans && verb === 'rebuild') throw new Error('a rebuild removes nothing')
    return { verb, removeOrphans }
  } catch (error) {
    throw new Error(`${inWords(error)}\n${usage}`)
  }
}

try {
  const { verb, removeOrphans } = readOptions()
  process.exitCode = await run(verb, removeOrphans)
} catch (error) {
  console.error(`ledger: ${inWords(error)}`)
  process.exitCode = 2
}
