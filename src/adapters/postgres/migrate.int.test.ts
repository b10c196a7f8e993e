import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CaseId, ItemId, LinkId, OperatorId, PackId, PlanId, SenderId } from '#domain/id.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import {
  after,
  granted,
  type LedgersUnderTest,
  newFile,
  newId,
  newPack,
  noon,
} from '#ports/ledgers.contract.ts'
import { openDatabase, openPool } from './database.ts'
import { createLedgers } from './ledgers.ts'
import { migrate } from './migrate.ts'

let ledger: TestLedger
beforeAll(async () => {
  ledger = await openTestLedger(process.env['TEST_DATABASE_URL'])
  await ledger.sql('drop schema public cascade')
  await ledger.sql('create schema public')
})
afterAll(() => ledger.close())

const [of, sender, plan] = [newId<CaseId>(), newId<SenderId>(), newId<PlanId>()]
const [done, owed] = [newId<PackId>(), newId<PackId>()]
const [read, let_, waits, came] = [newId<ItemId>(), newId<ItemId>(), newId<ItemId>(), newId<ItemId>()]

const [coded, plainLink] = [newId<LinkId>(), newId<LinkId>()]

const rows = [
  `insert into cases values ('${of}', 'collecting', 3, 'case key', 'intake key', '\\x01', now(), now(), now())`,
  `insert into case_indexes (case_id) values ('${of}')`,
  `insert into senders values ('${sender}', '${of}', 'patient', '\\x02', now(), now(), now())`,
  ...[coded, plainLink].map(
    (id) => `insert into links (id, case_id, sender_id, state, secret_hash, code_hash, expires_at, created_at)
      values ('${id}', '${of}', '${sender}', 'open', '\\x10', ${id === coded ? `'\\x11'` : 'null'}, now(), now())`,
  ),
  `insert into plans values ('${plan}', '${of}', '${sender}', 'plan key', now())`,
  `insert into packs values ('${done}', '${of}', '${sender}', 'admitted', 99, 'pack key', 1, now(), now()),
    ('${owed}', '${of}', '${sender}', 'stored', 99, 'pack key', 0, now(), null)`,
  ...[
    [read, 'accepted', 'dicom', '{}', done],
    // Released by the program of then: it leaves changed only, and nobody made the copy that may leave.
    [let_, 'released', 'dicom', '{PREAMBLE_EXECUTABLE}', done],
    [waits, 'quarantined', 'pdf', '{PDF_ATTACHMENTS}', done],
    [came, 'received', null, '{}', owed],
  ].map(
    ([id, state, kind, codes, pack], nth) => `
      insert into items (id, case_id, sender_id, plan_id, fingerprint, size, state, kind, codes, sealed_name,
        sealed_facts, sha256, crc32, have, received_in, created_at, decided_at)
      values ('${id}', '${of}', '${sender}', '${plan}', '\\x0${nth}', 9, '${state}', ${kind === null ? 'null' : `'${kind}'`},
        '${codes}', '\\x03', '\\x04', '\\x05', 6, '{[0,1)}', '${pack}', now(), now())`,
  ),
  ...[read, let_, waits, came].map(
    (id) =>
      `insert into extents values ('${id}', 0, 1, '${id === came ? owed : done}', 0, 30, 9, '\\x07', 8, '\\x09')`,
  ),
  `insert into documents values ('${waits}', '${of}', 2)`,
  `insert into decisions (case_id, item_id, operator_id, act, reason, outcome, at)
    values ('${of}', '${let_}', '${newId()}', 'release', 'content-checked', 'done', now())`,
]

it('a database of an older program, with a case in it, is used as one that was made new', async () => {
  const pool = openPool({ connectionString: ledger.url })
  const db = openDatabase(pool)
  try {
    await migrate(db, '0004-decisions')
    for (const row of rows) await pool.query(row)
    await migrate(db)
    const ledgers: Omit<LedgersUnderTest, 'destroyKey'> = createLedgers(db)
    const readable = async () => (await ledgers.delivery.content(of))?.items.map(({ id }) => id)
    expect(await readable()).toEqual([read])
    expect(await ledgers.links.linkById(coded)).toMatchObject({ check: 'code', language: 'en' })
    expect(await ledgers.links.linkById(plainLink)).toMatchObject({ check: 'none', language: 'en' })
    expect((await ledgers.delivery.itemsOf(of)).map((item) => [item.id, item.from])).toEqual(
      [read, let_, waits, came].map((id) => [id, null]),
    )
    expect((await ledgers.admission.takePack(owed))?.items).toMatchObject([{ id: came, depth: 0 }])
    expect(await ledgers.cases.isComplete(of)).toBe(false)
    expect(await ledgers.archives.owedArchives(after(9e8), 9)).toEqual([])
    expect(await ledgers.delivery.documents(of, null, 9)).toMatchObject({ documents: [] })
    const word = { case: of, item: waits, by: newId<OperatorId>(), sealedNote: null, at: noon } as const
    granted(await ledgers.decisions.decide({ ...word, act: 'release', reason: 'other' }))
    expect((await readable())?.toSorted()).toEqual([read, waits].toSorted())
    expect((await ledgers.delivery.documents(of, null, 9))?.documents).toEqual([
      { item: waits, sealedText: null },
    ])
    const file = newFile(5)
    const more = { id: newId<PlanId>(), case: of, sender, archive: null, lockedKey: 'plan key', at: noon }
    granted(await ledgers.intake.plan(more, [file], 9))
    granted(await ledgers.intake.recordPacks([newPack({ case: of, sender }, [[file]])]))
    await migrate(db)
    expect(await ledgers.delivery.itemsOf(of)).toHaveLength(5)
  } finally {
    await db.destroy()
  }
})
