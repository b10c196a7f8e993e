import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { admissionLedgerContract } from '#ports/admission-ledger.contract.ts'
import { admitContract } from '#ports/admit.contract.ts'
import {
  admitAll,
  announce,
  arrive,
  caseKeyOf,
  decideAll,
  newFile,
  newId,
  newInstance,
  newPack,
  newServed,
  noon,
  openSender,
  race,
  take,
} from '#ports/ledgers.contract.ts'
import { shownStudiesContract } from '#ports/shown-studies.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

admissionLedgerContract('PostgreSQL', () => ledger.fresh())
shownStudiesContract('PostgreSQL', () => ledger.fresh())
admitContract('PostgreSQL', () => ledger.fresh())

describe('what admission leaves in the tables', () => {
  it('destroys the keys of rejected items, and replaces those of every other', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack } = await arrive(ledgers, sending, [1, 2, 3])
    const codes = [['EMPTY_FILE'], ['MALWARE_FOUND'], []] as const
    const decided = await admitAll(ledgers, pack.id, (n) => ({ codes: codes[n] ?? [] }))
    const rows = await ledger.sql<{ item_id: string; wrapped_key: Buffer | null }>(
      'select item_id, wrapped_key from extents',
    )
    const keys = new Map(rows.map((row) => [row.item_id, row.wrapped_key]))
    const [rejected, quarantined, accepted] = decided
    expect(keys.size).toBe(3)
    expect(keys.get(rejected?.item ?? '')).toBeNull()
    for (const one of [quarantined, accepted])
      expect(keys.get(one?.item ?? '')?.equals(caseKeyOf(one?.item ?? pack.extents[0]!.item, 0))).toBe(true)
  })

  it('keeps a served copy of what may once be read, and of no rejected file', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack } = await arrive(ledgers, sending, [200, 201, 202])
    const codes = [['DUPLICATE'], ['PREAMBLE_EXECUTABLE'], ['PREAMBLE_NONZERO']] as const
    const decided = await admitAll(ledgers, pack.id, (n) => ({ codes: codes[n] ?? [], served: newServed() }))
    const rows = await ledger.sql<{ item_id: string }>('select item_id from served_copies')
    expect(rows.map((row) => row.item_id).toSorted()).toEqual(
      decided
        .slice(1)
        .map((one) => one.item)
        .toSorted(),
    )
  })

  it('indexes what is kept, and no rejected file', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack } = await arrive(ledgers, sending, [1, 2, 3, 4, 5])
    const instance = newInstance()
    const decided = await admitAll(ledgers, pack.id, (n) =>
      n < 4
        ? {
            kind: 'dicom',
            instance: { ...instance, sopUid: `1.9.${n}`, seriesUid: n === 2 ? '1.7' : instance.seriesUid },
            codes: n === 3 ? ['EMPTY_FILE'] : [],
          }
        : { kind: 'pdf', pages: 12 },
    )
    const instances = await ledger.sql<{ item_id: string }>('select item_id from instances order by sop_uid')
    expect(instances.map((row) => row.item_id)).toEqual(decided.slice(0, 3).map((one) => one.item))
    expect(await ledger.sql('select study_uid from studies')).toEqual([{ study_uid: instance.studyUid }])
    expect(await ledger.sql('select series_uid from series')).toHaveLength(2)
    expect(await ledger.sql('select item_id, pages from documents')).toEqual([
      { item_id: decided[4]?.item, pages: 12 },
    ])
  })

  it('writes each verdict down once, whatever races', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack } = await arrive(ledgers, sending, [1, 2])
    const codes = ['BAD_VR', 'PDF_URI'] as const
    await race(5, () => admitAll(ledgers, pack.id, (n) => ({ codes: n === 0 ? codes : [] })))
    const rows = await ledger.sql('select outcome, codes from verdicts order by seq')
    expect(rows).toEqual([
      { outcome: 'accepted_with_warnings', codes },
      { outcome: 'accepted', codes: [] },
    ])
  })
})

/** Runs `work` while an admission stands still: somebody has locked this item, which it needs. */
const whileBlocked = async <T>(
  item: ItemId,
  admit: () => Promise<T>,
  work: () => Promise<void>,
): Promise<T> => {
  const client = await ledger.pool.connect()
  try {
    await client.query('begin')
    await client.query('select from items where id = $1 for update', [item])
    const admitting = admit()
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    while ((await ledger.pool.query(waiting)).rowCount === 0) await sleep(5)
    await work()
    await client.query('rollback')
    return await admitting
  } finally {
    client.release(true)
  }
}

describe('an admission under way', () => {
  it('holds up no sender of the case', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack, files } = await arrive(ledgers, sending, [1])
    const fresh = newFile(2)
    await announce(ledgers, sending, [fresh])
    const admit = () => admitAll(ledgers, pack.id)
    const decided = await whileBlocked(files[0]?.id ?? newId(), admit, async () => {
      const recording = ledgers.intake.recordPacks([newPack(sending, [[fresh]])])
      const recorded = { repeated: [], completed: [fresh.id] }
      expect(await Promise.race([recording, sleep(3_000, 'held up')])).toEqual(recorded)
    })
    expect(decided).toHaveLength(1)
  })

  it('locks items in the order packs do, whatever the order of its decisions', async () => {
    const ledgers = await ledger.fresh()
    const { pack, files } = await arrive(ledgers, await openSender(ledgers), Array(20).fill(1))
    const ids = files.map((file) => file.id).toSorted()
    const taken = await take(ledgers, pack.id)
    const decisions = decideAll(taken).toSorted((a, b) => (a.item < b.item ? 1 : -1))
    const admit = () => ledgers.admission.admit(taken, decisions, () => decisions, noon)
    const decided = await whileBlocked(ids[0] ?? newId(), admit, async () => {
      const last = 'select from items where id = $1 for update nowait'
      expect(await ledger.sql(last, [ids.at(-1)])).toHaveLength(1)
    })
    expect(decided).toHaveLength(20)
  })
})
