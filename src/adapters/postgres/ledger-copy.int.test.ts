/** A ledger copied as text is the same ledger; and a backup follows packs that are dropped while it is made. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBackupFolder } from '#adapters/disk/backup-folder.ts'
import { systemClock } from '#adapters/memory/clock.ts'
import { createMemoryStore } from '#adapters/memory/object-store.ts'
import type { PackId } from '#domain/id.ts'
import { packObject } from '#domain/pack.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import type { BackupFolder, BackupNote } from '#ports/backup-folder.ts'
import { newConsent, newIntroduction } from '#ports/introduction-ledger.contract.ts'
import type { LedgerRow } from '#ports/ledger-copy.ts'
import { admitAll, arrive, newInstance, noon, openLink, openSender } from '#ports/ledgers.contract.ts'
import { putObject } from '#ports/put-object.ts'
import { type BackUpOutcome, backUp } from '#steps/back-up.ts'
import { createLedgerCopy } from './ledger-copy.ts'
import { createScrubLedger } from './scrub-ledger.ts'

let ledger: TestLedger
let other: TestLedger
let path: string
let folder: BackupFolder

beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
  other = await openTestLedger(process.env['TEST_DATABASE_URL'])
})

beforeEach(async () => {
  await ledger.fresh()
  await other.fresh()
  path = await mkdtemp(join(tmpdir(), 'second-read-backup-'))
  folder = await openBackupFolder(path, true)
  return async () => {
    await folder.close()
    await rm(path, { recursive: true })
  }
})

afterAll(async () => {
  await ledger.close()
  await other.close()
})

const event = {
  action: 'case.opened',
  actor: { kind: 'anyone' },
  case: null,
  object: null,
  facts: {},
} as const

/** A case with a link, files of every kind of verdict, and texts that are hard to write down. */
const fill = async () => {
  const { ledgers } = ledger
  const sending = await openSender(ledgers)
  await openLink(ledgers, sending)
  await ledgers.introductions.introduce(newIntroduction(sending), newConsent())
  const first = await arrive(ledgers, sending, [10, 0, 600_000])
  const second = await arrive(ledgers, sending, [20, 30])
  await admitAll(ledgers, first.pack.id, (index) => ({
    codes: index === 1 ? ['EMPTY_FILE'] : [],
    instance: index === 0 ? newInstance({ modality: 'C\u2028T"\\\n' }) : null,
  }))
  await ledgers.intake.finish(sending.sender, `receipt ${'x'.repeat(3_000_000)}`, noon)
  for (let entry = 0; entry < 3; entry += 1)
    await ledgers.audit.append({ ...event, case: sending.case }, new Date(noon.getTime() + entry))
  return { first, second, sending }
}

const gather = async <T>(entries: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const entry of entries) all.push(entry)
  return all
}

const copyOf = ({ db }: TestLedger): Promise<LedgerRow[]> =>
  createLedgerCopy(db).view(async ({ rows }) => (await gather(rows)).flat())

async function* each(rows: readonly LedgerRow[]): AsyncGenerator<LedgerRow> {
  yield* rows
}

/** What the load itself changes on purpose. */
const withoutIndexes = (rows: readonly LedgerRow[]) =>
  rows
    .filter(({ table }) => table !== 'case_indexes')
    .map(({ table, row }) => `${table} ${row}`)
    .toSorted()

describe('ledger copy', () => {
  it('puts every row of every table back as it was, and numbers go on after them', async () => {
    const { sending } = await fill()
    const rows = await copyOf(ledger)
    expect(new Set(rows.map(({ table }) => table)).size).toBeGreaterThan(12)
    await createLedgerCopy(other.db).load(each(rows))
    expect(withoutIndexes(await copyOf(other))).toEqual(withoutIndexes(rows))
    expect(await other.ledgers.audit.verify()).toBeNull()
    const { files } = await arrive(other.ledgers, sending, [5])
    const [item] = await other.sql<{ seq: number }>('select seq from items where id = $1', [files[0]?.id])
    expect(item?.seq).toBe(6)
    expect(await other.sql('select from case_indexes where changed > indexed')).toHaveLength(1)
  })

  it('gives no row before one it refers to, and large ones a few at a time', async () => {
    await fill()
    const batches = await createLedgerCopy(ledger.db).view(({ rows }) => gather(rows))
    const order = [...new Set(batches.flat().map(({ table }) => table))]
    for (const [child, parent] of [
      ['senders', 'cases'],
      ['items', 'plans'],
      ['items', 'packs'],
      ['extents', 'items'],
      ['instances', 'series'],
      ['receipts', 'senders'],
      ['introductions', 'senders'],
      ['consents', 'senders'],
    ])
      expect(order.indexOf(child ?? '')).toBeGreaterThan(order.indexOf(parent ?? ''))
    const receipts = batches.filter(([row]) => row?.table === 'receipts').map((batch) => batch.length)
    expect(Math.max(...receipts)).toBeLessThan(9)
  })

  it('is of one moment, whatever is written meanwhile', async () => {
    await fill()
    const copy = createLedgerCopy(ledger.db)
    const rows = await copy.view(async (snapshot) => {
      await fill()
      return (await gather(snapshot.rows)).flat()
    })
    expect(rows.filter(({ table }) => table === 'cases')).toHaveLength(1)
    expect(rows.filter(({ table }) => table === 'audit')).toHaveLength(3)
  })

  it('loads all or nothing, and only into an empty ledger', async () => {
    await fill()
    const rows = await copyOf(ledger)
    const copy = createLedgerCopy(other.db)
    const bad = { table: 'extents', row: '{"item_id":"00000000-0000-4000-8000-000000000000"}' }
    await expect(copy.load(each([...rows, bad]))).rejects.toMatchObject({ code: 'store.damaged' })
    await expect(copy.load(each([{ table: 'pg_class', row: '{}' }]))).rejects.toMatchObject({
      code: 'store.damaged',
    })
    expect(await copy.isEmpty()).toBe(true)
    await copy.load(each(rows))
    await expect(copy.load(each(rows))).rejects.toMatchObject({ code: 'state.conflict' })
    expect(withoutIndexes(await copyOf(other))).toEqual(withoutIndexes(rows))
  })
})

describe('back up', () => {
  const put = async (store: ReturnType<typeof createMemoryStore>, ids: readonly PackId[]): Promise<void> => {
    for (const id of ids) await putObject(store, packObject(id), Buffer.alloc(1_000, 1))
  }
  const run = (store: Parameters<typeof backUp>[0]['store']): Promise<BackUpOutcome> =>
    backUp({
      ledger: createLedgerCopy(ledger.db),
      packs: createScrubLedger(ledger.db),
      store,
      folder,
      clock: systemClock,
    })({ lanes: 2, progress: () => {} })
  const noted = async (): Promise<BackupNote> => {
    const note = await folder.note()
    if (note === null) throw new Error('there is a backup')
    return note
  }
  const lines = async () => (await gather(folder.readLedger((await noted()).ledger))).length

  it('copies what is new only, and names what is missing', async () => {
    const { first, second } = await fill()
    const store = createMemoryStore()
    await put(store, [first.pack.id])
    expect(await run(store)).toMatchObject({
      outcome: 'done',
      note: { missing: [second.pack.id], rows: { cases: 1, items: 5, audit: 3 }, audit: { seq: 3 } },
      totals: { objects: 1, copied: 1 },
    })
    await put(store, [second.pack.id])
    expect(await run(store)).toMatchObject({ note: { missing: [] }, totals: { objects: 2, copied: 1 } })
    expect(await run(store)).toMatchObject({ totals: { objects: 2, copied: 0, bytes: 2_000 } })
    expect(await lines()).toBe((await copyOf(ledger)).length)
  })

  it('takes a new snapshot when a pack was dropped while it was copied', async () => {
    const { first, second } = await fill()
    const store = createMemoryStore()
    await put(store, [first.pack.id, second.pack.id])
    let snapshots = 0
    const outcome = await run({
      read: (...place) => store.read(...place),
      size: async (key) => {
        if (key === packObject(first.pack.id)) snapshots += 1
        if (key === packObject(second.pack.id)) {
          await admitAll(ledger.ledgers, second.pack.id, { codes: ['NOT_DICOM_OR_PDF'] })
          if (await ledger.ledgers.admission.dropPack(second.pack.id)) await store.remove(key)
        }
        return store.size(key)
      },
    })
    expect(outcome).toMatchObject({ outcome: 'done', note: { missing: [] }, totals: { objects: 1 } })
    expect(snapshots).toBeLessThan(2)
    const kept = (await gather(folder.readLedger((await noted()).ledger))).filter((line) =>
      line.startsWith('["packs"'),
    )
    expect(kept.filter((line) => line.includes('"dropped"'))).toHaveLength(1)
  })

  it('leaves the backup of another gateway alone', async () => {
    await fill()
    const store = createMemoryStore()
    await run(store)
    const before = await noted()
    await ledger.fresh()
    expect(await run(store)).toEqual({ outcome: 'other-ledger' })
    await fill()
    expect(await run(store)).toEqual({ outcome: 'other-ledger' })
    expect(await folder.note()).toEqual(before)
    expect(await folder.isWhole(before.ledger)).toBe(true)
  })

  it('keeps the backup that counts when a later one fails', async () => {
    const { first, second } = await fill()
    const store = createMemoryStore()
    await put(store, [first.pack.id, second.pack.id])
    await run(store)
    const before = await noted()
    for (const { pack } of [first, second]) await folder.objects.remove(packObject(pack.id))
    const size = (key: string) => store.size(key)
    const broken = { size, read: () => Promise.reject(new Error('cut')) }
    await expect(run(broken)).rejects.toThrow('cut')
    expect(await folder.note()).toEqual(before)
    expect(await folder.isWhole(before.ledger)).toBe(true)
  })
})
