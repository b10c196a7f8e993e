/**
 * Scrub: every pack and item of the ledger read back, opened and compared, while the gateway runs or not. What is
 * damaged goes to standard output, one line each, by id; progress to standard error.
 */
import { parseArgs } from 'node:util'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { createScrubLedger } from '#adapters/postgres/scrub-ledger.ts'
import { openLedgers, openStore } from '#compose.ts'
import { type CaseId, readId } from '#domain/id.ts'
import { type Finding, type ScrubTotals, scrub } from '#steps/scrub.ts'
import { inWords, reach } from './reach.ts'

/** Reading overlaps with opening; more than this only fills memory. */
const lanes = 4

const progressMs = 2_000

const sentence: Record<Finding['harm'], string> = {
  missing: 'its object is not in the store',
  cut: 'its object is not as long as it was',
  unreadable: 'bytes were changed and do not open',
  digest: 'bytes are not those that arrived',
  served: 'what goes out is not the copy that was promised',
  size: 'parts of it are missing in the ledger',
  key: 'no key opens it',
  facts: 'its name and facts do not open',
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const run = async (of: CaseId | null, json: boolean): Promise<number> => {
  const { config, close } = await reach({ make: false })
  const ledgers = openLedgers(config, lanes + 2)
  const store = await openStore(config)
  try {
    const { vault } = openVaultRing(config.keysFolder, systemClock, config.publicUrl)
    const ledger = createScrubLedger(ledgers.db)
    const began = performance.now()
    const seconds = (): number => (performance.now() - began) / 1_000
    let told = began
    const found = (finding: Finding): void => {
      const where = finding.pack === null || finding.kind === 'pack' ? '' : ` in pack ${finding.pack}`
      console.log(
        json
          ? JSON.stringify(finding)
          : `${finding.kind} ${finding.id} of case ${finding.case}${where}: ${sentence[finding.harm]}`,
      )
    }
    const progress = ({ packs, items, bytes }: Readonly<ScrubTotals>): void => {
      if (performance.now() - told < progressMs) return
      told = performance.now()
      console.error(`scrub: ${packs} packs, ${items} items, ${megabytes(bytes)} MB so far`)
    }
    const totals = await scrub({ ledger, vault, store })({ of, lanes, found, progress })
    const { packs, items, bytes, damagedPacks, damagedItems } = totals
    const speed = bytes / 1e6 / seconds()
    if (json) console.log(JSON.stringify({ ...totals, seconds: seconds(), mbPerSecond: speed }))
    else
      console.log(
        `${items} items, ${damagedItems} damaged; ${packs} packs, ${damagedPacks} damaged; ` +
          `${megabytes(bytes)} MB in ${seconds().toFixed(1)} s, ${speed.toFixed(0)} MB/s`,
      )
    return damagedItems + damagedPacks > 0 ? 1 : 0
  } finally {
    await store.close()
    await ledgers.close()
    await close()
  }
}

const readOptions = (): { of: CaseId | null; json: boolean } => {
  try {
    const { values } = parseArgs({
      options: { case: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const of = values.case === undefined ? null : readId<CaseId>(values.case)
    if (values.case !== undefined && of === null) throw new Error('--case wants the id of a case')
    return { of, json: values.json }
  } catch (error) {
    throw new Error(`${inWords(error)}\nusage: ./scripts/scrub [--case ID] [--json]`)
  }
}

try {
  const { of, json } = readOptions()
  process.exitCode = await run(of, json)
} catch (error) {
  console.error(`scrub: the check did not come to its end: ${inWords(error)}`)
  process.exitCode = 2
}
