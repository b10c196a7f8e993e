/** Scrub: on a gateway that runs, every kind of damage is found, and exactly the items that it touches are named. */
import { mkdtemp, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '#adapters/postgres/database.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import {
  cutParts,
  exchange,
  inMemory,
  plan,
  type Sendable,
  type Session,
  sendPart,
  status,
} from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { ctWithPreamble } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { trialDatabase } from './reach.ts'

const command = resolve(import.meta.dirname, 'scrub.ts')

let folder: string
let gateway: Gateway
let desk: Desk
let pool: Pool
let caseId: string

type Extent = { item_id: string; pack_id: string; pack_offset: number; sealed_length: number }
type Line = { kind: 'item' | 'pack'; id: string; pack: string | null; harm: string; case: string }
type Totals = { items: number; packs: number; damagedItems: number; damagedPacks: number; bytes: number }

const runScrub = (...args: string[]) => runProgram(command, args, { DATA_DIR: join(folder, 'data') })

const scrubJson = async (...args: string[]) => {
  const { code, out, err } = await runScrub('--json', ...args)
  expect(err).toBe('')
  const lines = out.trim().split('\n')
  const totals = JSON.parse(lines.at(-1) ?? '') as Totals
  const found = lines.slice(0, -1).map((line) => JSON.parse(line) as Line)
  const harms = (kind: Line['kind']) =>
    Object.fromEntries(found.filter((line) => line.kind === kind).map((line) => [line.id, line.harm]))
  return { code, totals, found, items: harms('item'), packs: harms('pack') }
}

const rows = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  (await pool.query<Row>(text, [...values])).rows

const objectOf = (pack: string): string => join(folder, 'data/objects/packs', pack.slice(-2), pack)

const extentsIn = (pack: string): Promise<Extent[]> =>
  rows('select * from extents where pack_id = $1 order by pack_offset', [pack])

/** Damages a pack's object, looks, and puts it back. */
const whileDamaged = async (pack: string, damage: (file: string) => Promise<void>) => {
  const file = objectOf(pack)
  const whole = await readFile(file)
  await damage(file)
  try {
    return await scrubJson()
  } finally {
    await writeFile(file, whole)
  }
}

const flipByte = async (file: string, at: number): Promise<void> => {
  const handle = await open(file, 'r+')
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at)
  await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at)
  await handle.close()
}

const same = (ids: readonly string[], harm: string) => Object.fromEntries(ids.map((id) => [id, harm]))

const slices = (count: number, seed: number, size: number): Sendable[] =>
  [...ctStudy({ slices: count, seed, rows: size, columns: size })].map((file) =>
    inMemory(file.path, file.bytes, file.modified.getTime()),
  )

const sendAll = async (session: Session, files: readonly Sendable[], leave = 0): Promise<void> => {
  const planned = await plan(gateway.url, session, files)
  const parts = cutParts(session, planned, 600_000)
  for (const part of parts.slice(0, parts.length - leave))
    await sendPart(gateway.url, session, planned, files, part)
}

const workers = (): number[] =>
  [...gateway.processes()].filter(([, name]) => name === 'worker').map(([pid]) => pid)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-scrub-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
  pool = openPool({ connectionString: (await trialDatabase(join(folder, 'data/postgres'))) ?? '' })
  caseId = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const session = await exchange(gateway.url, (await desk.openLink(caseId)).url)
  await sendAll(session, [
    ...slices(20, 5, 128),
    ...slices(2, 6, 700),
    inMemory('bad.txt', Buffer.from('no')),
    inMemory('odd.dcm', ctWithPreamble(Buffer.from('old'), 9).bytes),
  ])
  for (let states = ['received']; states.includes('received'); )
    states = (await status(gateway.url, session)).map((item) => item.state)
  // Another sender stops in the middle of a file, and for one the worker has no verdict yet.
  await sendAll(await exchange(gateway.url, (await desk.openLink(caseId)).url), slices(1, 7, 900), 1)
  for (const pid of workers()) process.kill(pid, 'SIGSTOP')
  await sendAll(await exchange(gateway.url, (await desk.openLink(caseId)).url), slices(3, 8, 128))
})

afterAll(async () => {
  for (const pid of workers()) process.kill(pid, 'SIGCONT')
  await pool.end()
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('scrub', () => {
  it('opens everything that was acknowledged, whatever its state, and finds it whole', async () => {
    const states = await rows<{ state: string; n: number }>(
      'select state, count(*) as n from items group by state order by state',
    )
    expect(states).toEqual([
      { state: 'accepted', n: 22 },
      { state: 'accepted_with_warnings', n: 1 },
      { state: 'received', n: 3 },
      { state: 'receiving', n: 1 },
      { state: 'rejected', n: 1 },
    ])
    const [large] = await rows<{ n: number }>(
      'select max(n) as n from (select count(*) as n from extents group by item_id) as t',
    )
    expect(large?.n).toBeGreaterThan(1)
    const { code, totals, found } = await scrubJson()
    expect(found).toEqual([])
    expect(totals).toMatchObject({ items: 27, damagedItems: 0, damagedPacks: 0 })
    expect(totals.bytes).toBeGreaterThan(2_000_000)
    expect(code).toBe(0)
  })

  it('finds one flipped byte in a pack of any state, and names the one item it belongs to', async () => {
    const packs = await rows<{ id: string }>(
      `(select id from packs where state = 'stored') union all (select id from packs where state = 'admitted' limit 3)`,
    )
    expect(packs.length).toBeGreaterThan(3)
    for (const { id } of packs) {
      const extents = await extentsIn(id)
      const kept = await rows<{ id: string }>(
        `select id from items where state <> 'rejected' and id = any($1::uuid[])`,
        [extents.map((extent) => extent.item_id)],
      )
      const hit = extents.find((extent) => extent.item_id === kept.at(-1)?.id)
      if (hit === undefined) continue
      const at = hit.pack_offset + hit.sealed_length - 1
      const { code, items, packs: damaged } = await whileDamaged(id, (file) => flipByte(file, at))
      expect(items).toEqual({ [hit.item_id]: 'unreadable' })
      expect(damaged).toEqual({})
      expect(code).toBe(1)
    }
  })

  it('finds a flipped byte of the table of contents, which is part of no item', async () => {
    const [pack] = await rows<{ id: string }>(`select id from packs where state = 'admitted' order by id`)
    const id = pack?.id ?? ''
    const last = (await extentsIn(id)).at(-1)
    const at = (last?.pack_offset ?? 0) + (last?.sealed_length ?? 0) + 50
    const { code, items, packs } = await whileDamaged(id, (file) => flipByte(file, at))
    expect({ code, items, packs }).toEqual({ code: 1, items: {}, packs: { [id]: 'unreadable' } })
  })

  it('finds a pack cut short, and names the items in what is gone', async () => {
    const [pack] = await rows<{ pack_id: string }>(
      `select pack_id from extents join items on items.id = item_id where state = 'accepted'
       group by pack_id order by count(*) desc limit 1`,
    )
    const id = pack?.pack_id ?? ''
    const extents = await extentsIn(id)
    const middle = extents[Math.floor(extents.length / 2)]
    const cutAt = (middle?.pack_offset ?? 0) + 10
    const gone = extents.filter((extent) => extent.pack_offset + extent.sealed_length > cutAt)
    expect(gone.length).toBeGreaterThan(0)
    expect(gone.length).toBeLessThan(extents.length)
    const { code, items, packs } = await whileDamaged(id, (file) => truncate(file, cutAt))
    expect(items).toEqual(same([...new Set(gone.map((extent) => extent.item_id))], 'cut'))
    expect(packs).toEqual({ [id]: 'cut' })
    expect(code).toBe(1)
  })

  it('finds a pack that is gone, also one that waits for its verdict', async () => {
    for (const state of ['accepted', 'received']) {
      const [pack] = await rows<{ pack_id: string }>(
        'select pack_id from extents join items on items.id = item_id where state = $1 limit 1',
        [state],
      )
      const id = pack?.pack_id ?? ''
      const extents = await extentsIn(id)
      await rename(objectOf(id), join(folder, 'aside'))
      const { code, items, packs } = await scrubJson()
      await rename(join(folder, 'aside'), objectOf(id))
      expect(items).toEqual(same([...new Set(extents.map((extent) => extent.item_id))], 'missing'))
      expect(packs).toEqual({ [id]: 'missing' })
      expect(code).toBe(1)
    }
  })

  it('finds two segments that changed places', async () => {
    const segment = 65_536
    const [hit] = await rows<Extent>(
      `select extents.* from extents join items on items.id = item_id
       where state = 'accepted' and sealed_length > $1 limit 1`,
      [4 * segment],
    )
    if (hit === undefined) throw new Error('an extent of several segments')
    const { code, items, packs } = await whileDamaged(hit.pack_id, async (file) => {
      const bytes = await readFile(file)
      const one = Number(hit.pack_offset) + segment
      const first = Buffer.from(bytes.subarray(one, one + segment))
      bytes.copyWithin(one, one + segment, one + 2 * segment)
      first.copy(bytes, one + segment)
      await writeFile(file, bytes)
    })
    expect({ code, items, packs }).toEqual({ code: 1, items: { [hit.item_id]: 'unreadable' }, packs: {} })
  })

  it('finds digests of the ledger that were changed, keys that were destroyed, and facts that do not open', async () => {
    const [a, b, c, d] = await rows<{ id: string }>(
      `select id from items where state = 'accepted' and size < 100000 order by id limit 4`,
    )
    const ids = [a, b, c, d].map((row) => row?.id ?? '')
    await pool.query(
      'begin; create table aside as select * from items; create table aside_e as select * from extents; commit',
    )
    try {
      await pool.query('update items set crc32 = crc32 # 1 where id = $1', [ids[0]])
      await pool.query('update extents set wrapped_key = null where item_id = $1', [ids[1]])
      await pool.query(`update items set sealed_facts = 'x' where id = $1`, [ids[2]])
      await pool.query('delete from extents where item_id = $1', [ids[3]])
      const { code, items } = await scrubJson('--case', caseId)
      expect(items).toEqual(
        Object.fromEntries(['digest', 'key', 'facts', 'size'].map((harm, at) => [ids[at], harm])),
      )
      expect(code).toBe(1)
    } finally {
      await pool.query(`
        update items set crc32 = aside.crc32, sealed_facts = aside.sealed_facts from aside where aside.id = items.id;
        delete from extents; insert into extents select * from aside_e; drop table aside, aside_e`)
    }
    expect((await scrubJson()).code).toBe(0)
  })

  it('finds a copy that goes out and is not the one it was', async () => {
    const [row] = await rows<{ item_id: string; patches: string }>(
      'select item_id, patches from served_copies',
    )
    const { item_id: id = '', patches = '' } = row ?? {}
    for (const change of [
      `sha256 = sha256('x')`,
      'crc32 = crc32 # 1',
      `patches = replace(patches, '128', '2')`,
    ]) {
      await pool.query('create table aside as select * from served_copies')
      await pool.query(`update served_copies set ${change}`)
      const { code, items, packs } = await scrubJson()
      await pool.query(
        'delete from served_copies; insert into served_copies select * from aside; drop table aside',
      )
      expect({ change, code, items, packs }).toEqual({
        change,
        code: 1,
        items: { [id]: 'served' },
        packs: {},
      })
    }
    expect(patches).toBe('[{"at":0,"bytes":"","length":128}]')
    expect((await scrubJson()).code).toBe(0)
  })

  it('says in words what it found, and never a name', async () => {
    const [hit] = await extentsIn(
      (await rows<{ id: string }>(`select id from packs where state = 'stored' limit 1`))[0]?.id ?? '',
    )
    if (hit === undefined) throw new Error('a pack that waits')
    const file = objectOf(hit.pack_id)
    await flipByte(file, Number(hit.pack_offset) + 60)
    const { code, out, err } = await runScrub()
    await flipByte(file, Number(hit.pack_offset) + 60)
    expect(code).toBe(1)
    expect(out).toContain(
      `item ${hit.item_id} of case ${caseId} in pack ${hit.pack_id}: bytes were changed and do not open\n`,
    )
    expect(out).toMatch(/27 items, 1 damaged; \d+ packs, 0 damaged; [\d.]+ MB in [\d.]+ s/)
    expect(out + err).not.toMatch(/CANARY/)
  })

  it('ends with 2 when it cannot look', async () => {
    expect(await runScrub('--case', 'x')).toMatchObject({ code: 2 })
    expect(await runScrub('--wrong')).toMatchObject({ code: 2 })
    const keys = join(folder, 'data/keys')
    await rename(keys, `${keys}.aside`)
    const { code, err } = await runScrub()
    await rename(`${keys}.aside`, keys)
    expect(code).toBe(2)
    expect(err).toMatch(/key ring/)
  })
})
