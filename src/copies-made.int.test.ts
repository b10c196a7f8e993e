/** The making of copies on the river of steps: what breaks on the way, and what of it is left anywhere. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openInspector } from '#adapters/inspector/inspector.ts'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds as ids } from '#adapters/memory/clock.ts'
import { createMemoryStore, type MemoryObjects } from '#adapters/memory/object-store.ts'
import { createIndexLedger } from '#adapters/postgres/index-ledger.ts'
import { copyPauseMs, copyTries } from '#domain/copy.ts'
import { Fault, isRefusal } from '#domain/fault.ts'
import type { CaseId, CopyId, ItemId, OperatorId, PackId, SenderId } from '#domain/id.ts'
import { tellingCt, tellingTexts } from '#fixtures/dicom/telling-ct.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { type NotedJob, noteJobs } from '#fixtures/noted-jobs.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { granted, type LedgersUnderTest, newId } from '#ports/ledgers.contract.ts'
import type { SenderSession } from '#ports/link-ledger.ts'
import { admit } from '#steps/admit.ts'
import { askCopy, listCopies } from '#steps/ask-copy.ts'
import { makeCopy } from '#steps/make-copy.ts'
import { openCase } from '#steps/open-case.ts'
import { readCopy } from '#steps/read-copy.ts'
import { receive } from '#steps/receive.ts'
import { reconcile } from '#steps/reconcile.ts'

let now = new Date('2026-11-20T08:00:00Z')
const clock = { now: () => now }
const wait = (ms: number): void => {
  now = new Date(now.getTime() + ms)
}
const folder = mkdtempSync(join(tmpdir(), 'copies-made-'))
createKeyRing(folder, now)
const { vault, seal, statements } = openVaultRing(folder, clock, 'https://records.example')
const inspector = openInspector({ children: 1 })

let ledger: TestLedger
let ledgers: LedgersUnderTest
let objects: MemoryObjects
let jobs: NotedJob[]
beforeAll(async () => {
  ledger = await openTestLedger()
})
afterAll(async () => {
  await inspector.close()
  await ledger.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  ledgers = await ledger.fresh()
  objects = new Map()
  jobs = []
})

const queue = noteJobs(() => jobs)

const needsOf = () => {
  const maker = { institution: 'Desk', contact: 'desk', software: 'Second Read', keys: 'https://x.example' }
  const tools = { vault, seal, inspector, scanner: null, queue, clock, ids, statements, maker }
  return { ...ledgers, ...tools, store: createMemoryStore(objects) }
}

/** A case with these files, judged. */
const sendFiles = async (files: readonly Buffer[]): Promise<CaseId> => {
  const needs = needsOf()
  const of = await openCase(needs)({ patient: {} }, newId<OperatorId>())
  const sender = newId<SenderId>()
  const details = Buffer.alloc(8)
  await ledgers.cases.addSender({ id: sender, case: of, role: 'patient', details, at: now })
  const intakeKey = (await ledgers.cases.findCase(of))?.keys?.intakeKey ?? ''
  const session = { id: newId(), link: newId(), sender, case: of, intakeKey } as SenderSession
  const fingerprint = () => crypto.getRandomValues(new Uint8Array(32))
  const receiving = receive({ ...needs, seal: { ...seal, fingerprint } })(session)
  const sent = files.map((bytes) => ({ id: newId<ItemId>(), name: 'x.dcm', size: bytes.length, bytes }))
  for (const { id, bytes } of sent) {
    receiving.begin(id, 0)
    receiving.push(bytes)
    receiving.end()
  }
  granted(await receiving.commit(sent.map(({ id, name, size }) => ({ id, name, size }))))
  for (const [name, pack] of jobs.splice(0)) if (name === 'pack.admit') await admit(needs)(pack as PackId)
  return of
}

const options = { dates: 'shift', characteristics: false, burnedIn: 'leave-out' } as const
const ask = async (of: CaseId): Promise<CopyId> =>
  granted(await askCopy(needsOf())(of, options, { kind: 'operator', id: newId<OperatorId>() }))
const rowOf = async (of: CaseId, id: CopyId) => {
  const listed = granted(await listCopies(needsOf())(of))
  return listed.find((copy) => copy.id === id)
}
const readWhole = async (of: CaseId, id: CopyId): Promise<Buffer | string> => {
  const view = await readCopy(needsOf())(of, id)
  if (isRefusal(view)) return view.refused
  const pieces: Uint8Array[] = []
  for await (const batch of view.open(0, view.length)) pieces.push(...batch)
  const whole = Buffer.concat(pieces)
  expect(whole).toHaveLength(view.length)
  return whole
}

const slices = [1, 2, 3].map((number) => tellingCt({ number }).bytes)

describe('a copy that is being made', () => {
  it('is asked for again by the reconciler, made, and lies nowhere in the open', async () => {
    const of = await sendFiles(slices)
    const id = await ask(of)
    expect(jobs.splice(0)).toEqual([['copy.make', id]])
    expect(await readWhole(of, id)).toBe('copy.not-ready')
    await reconcile({ ...needsOf(), indexes: createIndexLedger(ledger.db) })()
    expect(jobs).toContainEqual(['copy.make', id])
    expect(await makeCopy(needsOf())(id)).toMatchObject({ state: 'ready', items: 3 })
    expect(await makeCopy(needsOf())(id)).toBeNull()
    const whole = await readWhole(of, id)
    if (typeof whole === 'string') throw new Error(whole)
    const name = /Case [2-9B-Z]{6}/.exec(whole.toString('latin1'))?.[0] ?? ''
    expect(name).not.toBe('')
    const rows = await ledger.sql<{ row: string }>(
      `select t::text as row from copies t union all select encode(sealed, 'escape') from copies
       union all select encode(sealed_head || sealed_facts, 'escape') from copy_items`,
    )
    for (const word of [name, name.slice(5), 'DICM', ...Object.values(tellingTexts), canaryPatient.id])
      expect([word, rows.filter(({ row }) => row.includes(word))]).toEqual([word, []])
  })

  it('waits for a store that is away, however long, and no try of it counts', async () => {
    const of = await sendFiles(slices)
    const id = await ask(of)
    const store = { read: () => Promise.reject(new Fault('store.unavailable')) }
    for (let nth = 0; nth < copyTries + 3; nth += 1) {
      await expect(makeCopy({ ...needsOf(), store })(id)).rejects.toThrow('store.unavailable')
      expect(await rowOf(of, id)).toMatchObject({ state: 'asked', attempts: 0 })
      expect(await makeCopy(needsOf())(id)).toBeNull()
      wait(60_000)
    }
    expect(await makeCopy(needsOf())(id)).toMatchObject({ state: 'ready', items: 3 })
  })

  it('is given up when it can never be made, and leaves nothing behind', async () => {
    const of = await sendFiles(slices)
    const id = await ask(of)
    for (const [key, { bytes, at }] of objects) {
      const broken = Buffer.from(bytes)
      broken.fill(0, broken.length >>> 1)
      objects.set(key, { bytes: broken, at })
    }
    for (let nth = 0; nth < copyTries; nth += 1) {
      await expect(makeCopy(needsOf())(id)).rejects.toThrow('store.damaged')
      wait(copyPauseMs)
    }
    expect(await makeCopy(needsOf())(id)).toMatchObject({ state: 'failed' })
    expect(await rowOf(of, id)).toMatchObject({ state: 'failed', sums: null })
    expect(await readWhole(of, id)).toBe('copy.failed')
    expect(await ledger.sql('select from copy_items')).toEqual([])
  })

  it('begins anew behind a worker that died, who changes nothing any more', async () => {
    const of = await sendFiles(slices)
    const id = await ask(of)
    const needs = needsOf()
    const held = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const addItems: typeof needs.copies.addItems = async (...given) => {
      reached.resolve()
      await held.promise
      return needs.copies.addItems(...given)
    }
    const slow = makeCopy({ ...needs, copies: { ...needs.copies, addItems } })(id)
    await reached.promise
    wait(copyPauseMs)
    expect(await makeCopy(needsOf())(id)).toMatchObject({ state: 'ready', items: 3 })
    const whole = await readWhole(of, id)
    held.resolve()
    expect(await slow).toBeNull()
    expect(await readWhole(of, id)).toEqual(whole)
    expect((await rowOf(of, id))?.sums?.files).toBe(3)
  })

  it('has no file with a header longer than is read, nor one whose fragments break off', async () => {
    const long = Buffer.alloc(9_000_000, tellingTexts.private)
    const fragments = tellingCt({ number: 5, encoding: 'jpegLossless' }).bytes
    const of = await sendFiles([
      ...slices,
      tellingCt({ number: 4, more: [[0x0009_1002, 'OB', long]] }).bytes,
      fragments.subarray(0, fragments.lastIndexOf(Buffer.from('feffdde0', 'hex'))),
    ])
    await ledger.sql(`update items set state = 'released' where state = 'quarantined'`)
    const id = await ask(of)
    await makeCopy(needsOf())(id)
    expect((await rowOf(of, id))?.sums).toMatchObject({
      files: 3,
      leftOut: [
        { kind: 'dicom', reason: 'damaged', files: 1 },
        { kind: 'dicom', reason: 'header-too-long', files: 1 },
      ],
    })
  })
})

describe('a copy that was made', () => {
  it('is not given out any more when a file of it was taken out of the case', async () => {
    const of = await sendFiles(slices)
    const id = await ask(of)
    await makeCopy(needsOf())(id)
    expect(await readWhole(of, id)).toBeInstanceOf(Buffer)
    await ledger.sql(`update items set state = 'discarded' where id = (select id from items limit 1)`)
    expect(await readWhole(of, id)).toBe('copy.gone')
  })

  it('is gone with the key of its case, and none can be made without it', async () => {
    const of = await sendFiles(slices)
    const [made, asked] = [await ask(of), await ask(of)]
    await makeCopy(needsOf())(made)
    await ledgers.destroyKey(of)
    expect(await readWhole(of, made)).toBe('case.not-found')
    expect(await makeCopy(needsOf())(asked)).toMatchObject({ state: 'failed' })
    expect(
      await askCopy(needsOf())(of, options, { kind: 'operator', id: newId<OperatorId>() }),
    ).toMatchObject({ refused: 'case.closed' })
  })

  it('cannot be put together with another of the same case', async () => {
    const of = await sendFiles(slices)
    const uidsOf = async (): Promise<string[]> => {
      const id = await ask(of)
      await makeCopy(needsOf())(id)
      const whole = await readWhole(of, id)
      // The one of the program stands in every copy.
      const found = new Set(whole.toString('latin1').match(/2\.25\.\d{20,}/g))
      return [...found].filter((uid) => uid !== '2.25.57843297265121874936027412861934205587')
    }
    const [one, other] = [await uidsOf(), await uidsOf()]
    expect(one.length).toBeGreaterThan(4)
    expect(one.filter((uid) => other.includes(uid))).toEqual([])
  })
})
