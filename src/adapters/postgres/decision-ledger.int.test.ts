import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { checkAgainContract } from '#ports/check-again.contract.ts'
import { decisionLedgerContract } from '#ports/decision-ledger.contract.ts'
import {
  admitAll,
  arrive,
  bytes,
  newInstance,
  newServed,
  noon,
  openSender,
  plain,
} from '#ports/ledgers.contract.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
})
afterAll(() => ledger.close())

decisionLedgerContract('PostgreSQL', () => ledger.fresh())
checkAgainContract('PostgreSQL', () => ledger.fresh())

describe('what a decision leaves in the tables', () => {
  it('who, when and why, the words only sealed; of what was discarded no key and no index', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack, files } = await arrive(ledgers, sending, [1, 2])
    const codes = ['NO_PIXELS'] as const
    await admitAll(ledgers, pack.id, () => ({
      kind: 'dicom',
      codes,
      instance: newInstance(),
      served: newServed(),
    }))
    const by = randomUUID() as OperatorId
    const sealedNote = bytes(60)
    for (const [file, act] of [
      [files[0], 'discard'],
      [files[1], 'release'],
    ] as const)
      if (file !== undefined)
        await ledgers.decisions.decide({
          case: sending.case,
          item: file.id,
          by,
          act,
          reason: 'other',
          sealedNote: act === 'discard' ? sealedNote : null,
          at: noon,
        })
    const [discarded, released] = files
    const rows = await ledger.sql<{ sealed_note: Buffer | null }>('select * from decisions order by seq')
    const common = { case_id: sending.case, operator_id: by, reason: 'other', outcome: 'done', at: noon }
    expect(rows).toMatchObject([
      { ...common, item_id: discarded?.id, act: 'discard' },
      { ...common, item_id: released?.id, act: 'release', sealed_note: null },
    ])
    expect(plain(rows[0]?.sealed_note ?? null)).toEqual(sealedNote)
    expect(await ledger.sql('select item_id from extents where wrapped_key is null')).toEqual([
      { item_id: discarded?.id },
    ])
    for (const table of ['instances', 'served_copies'])
      expect(await ledger.sql(`select item_id from ${table}`)).toEqual([{ item_id: released?.id }])
  })

  it('and the case is owed a sealed index at once', async () => {
    const ledgers = await ledger.fresh()
    const sending = await openSender(ledgers)
    const { pack, files } = await arrive(ledgers, sending, [1])
    await admitAll(ledgers, pack.id, { codes: ['NO_PIXELS'] })
    await ledger.sql('update case_indexes set indexed = changed')
    const [file] = files
    if (file === undefined) throw new Error('no file')
    const decision = { case: sending.case, item: file.id, by: randomUUID() as OperatorId, sealedNote: null }
    await ledgers.decisions.decide({ ...decision, act: 'discard', reason: 'unsafe', at: noon })
    const rows = await ledger.sql<{ urgent: boolean }>('select urgent > indexed as urgent from case_indexes')
    expect(rows).toEqual([{ urgent: true }])
  })
})
