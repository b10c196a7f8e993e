/** Archives on the river of steps: one item for each file, whatever dies on the way; over a memory store and PostgreSQL. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds as ids } from '#adapters/memory/clock.ts'
import { createMemoryStore, type MemoryObjects } from '#adapters/memory/object-store.ts'
import { createIndexLedger } from '#adapters/postgres/index-ledger.ts'
import { createRebuildLedger } from '#adapters/postgres/rebuild-ledger.ts'
import { openUnpacker } from '#adapters/unpacker/unpacker.ts'
import { Fault } from '#domain/fault.ts'
import type { CaseId, ItemId, OperatorId, PackId, SenderId } from '#domain/id.ts'
import type { RebuildNote } from '#domain/rebuilding.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { type NotedJob, noteJobs } from '#fixtures/noted-jobs.ts'
import { entryOf, inspector, large, medium, mortal, noise, saying, small } from '#fixtures/unpacking.ts'
import { type ZipEntry, zipFile } from '#fixtures/zip-file.ts'
import { granted, type LedgersUnderTest, newId } from '#ports/ledgers.contract.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { Unpacker } from '#ports/unpacker.ts'
import { admit } from '#steps/admit.ts'
import { checkStore } from '#steps/check-store.ts'
import { decide } from '#steps/decide.ts'
import { finishSend, sendStatus } from '#steps/finish-send.ts'
import { indexCase } from '#steps/index-case.ts'
import { openCase } from '#steps/open-case.ts'
import { listItems } from '#steps/read-case.ts'
import { readItem } from '#steps/read-item.ts'
import { receive } from '#steps/receive.ts'
import { reconcile } from '#steps/reconcile.ts'
import { restoreIndexed } from '#steps/restore-indexed.ts'
import { restoreLate } from '#steps/restore-late.ts'
import { unpack } from '#steps/unpack.ts'

const clock = { now: () => new Date() }
const soon = { now: () => new Date(Date.now() + 60_000) }
const folder = mkdtempSync(join(tmpdir(), 'unpack-'))
createKeyRing(folder, clock.now())
const { vault, seal } = openVaultRing(folder, clock, 'https://records.example')

let ledger: TestLedger
let ledgers: LedgersUnderTest
let objects: MemoryObjects
let jobs: NotedJob[]
beforeAll(async () => {
  ledger = await openTestLedger()
})
afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  ledgers = await ledger.fresh()
  objects = new Map()
  jobs = []
})

const queue = noteJobs(() => jobs)

type Over = {
  readonly unpacker?: Unpacker
  readonly dies?: <T>(work: () => Promise<T>) => Promise<T>
}

const needsOf = ({ unpacker = openUnpacker(), dies = (work) => work() }: Over = {}) => {
  const memory = createMemoryStore(objects)
  const store: ObjectStore = {
    ...memory,
    create: async (key) => {
      const writer = await dies(() => memory.create(key))
      return { ...writer, commit: () => dies(() => writer.commit()) }
    },
    remove: (key) => dies(() => memory.remove(key)),
  }
  const archives = {
    ...ledgers.archives,
    recordEntries: (...given: Parameters<typeof ledgers.archives.recordEntries>) =>
      dies(() => ledgers.archives.recordEntries(...given)),
    closeArchive: (...given: Parameters<typeof ledgers.archives.closeArchive>) =>
      dies(() => ledgers.archives.closeArchive(...given)),
  }
  const rebuild = createRebuildLedger(ledger.db)
  const indexes = createIndexLedger(ledger.db)
  const tools = { vault, seal, inspector, scanner: null, unpacker, queue, clock, ids }
  return { ...ledgers, ...tools, archives, rebuild, indexes, store }
}

/** Works every job until there is none; index and offer are left alone. */
const drain = async (over: Over = {}): Promise<void> => {
  const needs = needsOf(over)
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    if (job[0] === 'pack.admit') await admit(needs)(job[1] as PackId)
    if (job[0] === 'item.unpack') await unpack(needs)(job[1] as ItemId)
  }
}

type Sent = { readonly session: SenderSession; readonly item: ItemId }

/** A case and one file of its sender, admitted. */
const sendFile = async (bytes: Buffer): Promise<Sent> => {
  const needs = needsOf()
  const of = await openCase(needs)({ patient: {} }, newId<OperatorId>())
  const sender = newId<SenderId>()
  await ledgers.cases.addSender({
    id: sender,
    case: of,
    role: 'patient',
    details: Buffer.alloc(8),
    at: clock.now(),
  })
  const intakeKey = (await ledgers.cases.findCase(of))?.keys?.intakeKey ?? ''
  const session = { id: newId(), link: newId(), sender, case: of, intakeKey } as SenderSession
  const item = newId<ItemId>()
  const fingerprint = () => randomBytes(32)
  const receiving = receive({ ...needs, seal: { ...seal, fingerprint } })(session)
  receiving.begin(item, 0)
  receiving.push(bytes)
  receiving.end()
  granted(await receiving.commit([{ id: item, name: 'DISC.ZIP', size: bytes.length }]))
  const packs = jobs.filter(([name]) => name === 'pack.admit')
  jobs = []
  for (const [, pack] of packs) await admit(needs)(pack as PackId)
  granted(await ledgers.intake.finish(sender, 'receipt', clock.now()))
  return { session, item }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const readWhole = async (of: CaseId, id: ItemId): Promise<Buffer> => {
  const content = granted(
    await readItem({ delivery: ledgers.delivery, vault, store: needsOf().store })(of, id),
  )
  const pieces: Uint8Array[] = []
  for await (const batch of content.open(0, content.length)) pieces.push(...batch)
  return Buffer.concat(pieces)
}

const listed = async ({ session }: Sent) =>
  granted(await listItems({ ...needsOf(), delivery: ledgers.delivery })(session.case))

const stateOf = async (sent: Sent) => (await listed(sent)).find(({ id }) => id === sent.item)

/** One readable item for each entry, with its name and exactly its bytes, and none more. */
const expectTaken = async (sent: Sent, entries: readonly ZipEntry[]): Promise<void> => {
  const inner = (await listed(sent)).filter(({ from }) => from === sent.item)
  expect(inner.map(({ name }) => name)).toEqual(entries.map(({ path }) => path))
  for (const [index, item] of inner.entries()) {
    expect(item).toMatchObject({ state: 'accepted', size: entries[index]?.bytes.length })
    const bytes = await readWhole(sent.session.case, item.id)
    expect(sha256(bytes)).toBe(sha256(entries[index]?.bytes ?? Buffer.alloc(0)))
  }
}

describe('an archive', () => {
  it('becomes an item for each file, and holds up its case until then', async () => {
    const sent = await sendFile(zipFile(small))
    const { cases, audit } = ledgers
    const terms = {
      ...needsOf(),
      statements: { sign: async (_: string, said: string) => said },
    }
    const finish = async () => granted(await finishSend(terms)(sent.session, []))
    const receiptOf = async () => (JSON.parse((await finish()).receipt) as { files: unknown[] }).files
    expect(await stateOf(sent)).toMatchObject({ state: 'unpacking', kind: 'archive', from: null })
    const before = await receiptOf()
    expect(before).toEqual([{ item: sent.item, size: zipFile(small).length, sha256: sha256(zipFile(small)) }])
    expect(await cases.isComplete(sent.session.case)).toBe(false)
    jobs.push(['item.unpack', sent.item])
    await drain()
    await expectTaken(sent, small)
    expect(await cases.isComplete(sent.session.case)).toBe(true)
    expect(await receiptOf()).toEqual(before)
    expect(await stateOf(sent)).toMatchObject({ state: 'unpacked', codes: ['ARCHIVE_OPENED'] })
    const told = await sendStatus(ledgers)(sent.session)
    expect(told.map(({ from }) => from)).toEqual([null, ...small.map(() => sent.item)])
    expect(told[0]?.sentence).toMatch(/opened/)
    const entry = (await audit.entriesOf(sent.session.case)).find((one) => one.action === 'item.unpacked')
    const bytes = small.reduce((sum, one) => sum + one.bytes.length, 0)
    expect(entry).toMatchObject({ object: sent.item, facts: { items: 3, bytes } })
    // The archive's own bytes are gone: from the store, and for whoever has all keys.
    expect(
      await ledger.sql('select from extents where item_id = $1 and wrapped_key is not null', [sent.item]),
    ).toEqual([])
    expect([...objects.keys()].filter((key) => key.startsWith('packs/'))).toHaveLength(1)
  })

  it('sent again is a copy, taken apart or not', async () => {
    const sent = await sendFile(zipFile(small))
    const needs = needsOf()
    const again = async (): Promise<readonly VerdictCode[] | undefined> => {
      const item = newId<ItemId>()
      const receiving = receive({ ...needs, seal: { ...seal, fingerprint: () => randomBytes(32) } })(
        sent.session,
      )
      receiving.begin(item, 0)
      receiving.push(zipFile(small))
      receiving.end()
      granted(await receiving.commit([{ id: item, name: 'COPY.ZIP', size: zipFile(small).length }]))
      await drain()
      return (await listed(sent)).find(({ id }) => id === item)?.codes
    }
    expect(await again()).toEqual(['DUPLICATE'])
    await unpack(needs)(sent.item)
    await drain()
    expect(await again()).toEqual(['DUPLICATE'])
  })

  it('in an archive is taken apart too, and one deeper is refused in words', async () => {
    const deepest = { path: 'deepest.zip', bytes: zipFile([noise('never', 500)]) }
    const inner = [noise('inner', 2_000), deepest]
    const sent = await sendFile(
      zipFile([noise('outer', 1_000), { path: 'inner.zip', bytes: zipFile(inner) }]),
    )
    jobs.push(['item.unpack', sent.item])
    await drain()
    const items = (await listed(sent)).map(({ name, state, codes }) => [name, state, ...codes])
    expect(items).toEqual([
      ['DISC.ZIP', 'unpacked', 'ARCHIVE_OPENED'],
      ['outer', 'accepted'],
      ['inner.zip', 'unpacked', 'ARCHIVE_OPENED'],
      ['inner', 'accepted'],
      ['deepest.zip', 'rejected', 'ARCHIVE_DEEP'],
    ])
    expect(await ledgers.cases.isComplete(sent.session.case)).toBe(true)
  })
})

describe('a worker that dies', () => {
  it.each([
    ['before', false],
    ['after', true],
  ])(
    '%s any of its effects leaves each file once, and nothing that is not taken up again',
    async (_, silently) => {
      const bytes = zipFile(medium)
      for (let nth = 1; ; nth += 1) {
        ledgers = await ledger.fresh()
        objects = new Map()
        const sent = await sendFile(bytes)
        const { dies, effects } = mortal(nth, silently)
        await unpack(needsOf({ dies }))(sent.item).catch(() => {})
        const died = effects() >= nth
        jobs = []
        await reconcile({ ...needsOf(), clock: soon })()
        await drain()
        if (nth % 3 === 1 || !died) await expectTaken(sent, medium)
        const items = await listed(sent)
        expect(items.map(({ state }) => state)).toEqual(['unpacked', ...medium.map(() => 'accepted')])
        expect(items.slice(1).map(({ size }) => size)).toEqual(medium.map((one) => one.bytes.length))
        expect(await ledgers.cases.isComplete(sent.session.case)).toBe(true)
        if (!died) break
      }
    },
    120_000,
  )

  it('beside another that lives takes nothing twice', async () => {
    const sent = await sendFile(zipFile(large))
    await Promise.all([1, 2, 3].map(() => unpack(needsOf())(sent.item)))
    if ((await stateOf(sent))?.state === 'unpacking') await unpack(needsOf())(sent.item)
    await drain()
    await expectTaken(sent, large)
    const later = { now: () => new Date(Date.now() + 200 * 3_600_000) }
    const orphans: string[] = []
    await checkStore({ store: needsOf().store, ledger: needsOf().rebuild, clock: later })(
      false,
      ({ what, key }) => orphans.push(`${what} ${key}`),
    )
    expect(orphans).toEqual([])
  })
})

describe('an archive that cannot be read to its end', () => {
  it('leaves what came out of it, and a person has it opened again', async () => {
    const sent = await sendFile(zipFile(small))
    const broken = saying(async function* () {
      yield* [...entryOf(0), { is: 'end' } as const, ...entryOf(1), { is: 'end' } as const, ...entryOf(2)]
      yield { is: 'done', codes: ['ARCHIVE_DAMAGED'] }
    })
    jobs.push(['item.unpack', sent.item])
    await drain({ unpacker: broken })
    const items = await listed(sent)
    expect(items.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'DISC.ZIP quarantined',
      'file 0\ufffd accepted',
      'file 1\ufffd accepted',
    ])
    expect(items[0]?.codes).toEqual(['ARCHIVE_DAMAGED'])
    expect(await ledgers.cases.isComplete(sent.session.case)).toBe(true)
    const choice = { act: 'release', reason: 'needed-despite-damage', note: null } as const
    const decided = await decide(needsOf())(sent.session.case, sent.item, choice, newId<OperatorId>())
    expect(decided).toBe('unpacking')
    expect(jobs).toContainEqual(['item.unpack', sent.item])
    await drain()
    expect(await stateOf(sent)).toMatchObject({ state: 'unpacked', codes: ['ARCHIVE_OPENED'] })
    expect((await listed(sent)).map(({ name }) => name).slice(1)).toEqual([
      'file 0\ufffd',
      'file 1\ufffd',
      '3.dcm',
    ])
  })

  it('is refused when nothing came out of it', async () => {
    for (const codes of [['ARCHIVE_PASSWORD'], ['ARCHIVE_DAMAGED'], []] as const) {
      const sent = await sendFile(zipFile(small))
      const empty = saying(async function* () {
        yield { is: 'done', codes }
      })
      expect(await unpack(needsOf({ unpacker: empty }))(sent.item)).toMatchObject({
        state: 'rejected',
        items: 0,
      })
      expect((await stateOf(sent))?.codes).toContain(codes[0] ?? 'ARCHIVE_UNREADABLE')
      expect((await stateOf(sent))?.sentence).toMatch(/locked|cannot be opened/)
      expect([...objects.keys()].filter((key) => key.startsWith('packs/'))).toEqual([])
    }
  })

  it('waits for a person after five tries that took nothing, and is asked for no more', async () => {
    const sent = await sendFile(zipFile(small))
    const poison = saying(async function* () {
      yield* entryOf(0)
      throw new Error('the reader died')
    })
    const needs = needsOf({ unpacker: poison })
    const later = { ...needs, clock: soon }
    let tries = 0
    for (; tries < 9; tries += 1) {
      jobs = []
      await reconcile(later)()
      if (!jobs.some(([name]) => name === 'item.unpack')) break
      await unpack(needs)(sent.item).catch(() => {})
    }
    expect(tries).toBe(6)
    expect(await stateOf(sent)).toMatchObject({ state: 'quarantined', codes: ['CHECK_UNAVAILABLE'] })
    expect([...objects.keys()].filter((key) => key.startsWith('p'))).toHaveLength(2)
  })

  it('is not blamed for a store that is down', async () => {
    const sent = await sendFile(zipFile(small))
    const dies = () => Promise.reject(new Fault('store.unavailable'))
    for (let tries = 0; tries < 9; tries += 1)
      await expect(unpack(needsOf({ dies }))(sent.item)).rejects.toThrow('store.unavailable')
    expect(await unpack(needsOf())(sent.item)).toMatchObject({ state: 'unpacked', items: 3 })
  })

  it('of a case that was closed meanwhile ends quietly, and nothing of it is recorded', async () => {
    const sent = await sendFile(zipFile(small))
    const closing = saying(async function* () {
      yield* [...entryOf(0), { is: 'end' } as const]
      await ledgers.cases.moveCase(sent.session.case, 'withdrawn', clock.now())
      yield { is: 'done', codes: [] }
    })
    const before = objects.size
    expect(await unpack(needsOf({ unpacker: closing }))(sent.item)).toBeNull()
    expect(await unpack(needsOf())(sent.item)).toBeNull()
    expect(await listed(sent)).toHaveLength(1)
    expect(objects.size).toBe(before)
    jobs = []
    await reconcile({ ...needsOf(), clock: soon })()
    expect(jobs.filter(([name]) => name === 'item.unpack')).toEqual([])
  })
})

describe('a ledger lost while an archive is taken apart', () => {
  it('is rebuilt from the store, and the archive is taken up where it was', async () => {
    const sent = await sendFile(zipFile(medium))
    expect(await indexCase(needsOf())(sent.session.case)).toBe(true)
    const { dies } = mortal(8, false)
    await expect(unpack(needsOf({ dies }))(sent.item)).rejects.toThrow('killed')
    const taken = (await listed(sent)).length - 1
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(medium.length)
    ledgers = await ledger.fresh()
    const needs = { ...needsOf(), ledger: createRebuildLedger(ledger.db) }
    const notes: RebuildNote[] = []
    const tell = (note: RebuildNote) => notes.push(note)
    const { keys } = granted(await restoreIndexed(needs)(tell))
    await restoreLate(needs)(keys, tell)
    expect(await listed(sent)).toHaveLength(taken + 1)
    jobs = []
    await reconcile({ ...needs, clock: soon })()
    await drain()
    await expectTaken(sent, medium)
    expect(await stateOf(sent)).toMatchObject({ state: 'unpacked' })
  })
})
