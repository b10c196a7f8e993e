/** An archive on a real gateway: its slices reach the reader, and its sender and the desk hear of every file in it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { viewerProgram } from '#fixtures/bad.ts'
import { call } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, send, status } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { type ZipEntry, zipFile } from '#fixtures/zip-file.ts'

let folder: string
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-archive-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const slices = (count: number, seed: number): ZipEntry[] =>
  [...ctStudy({ slices: count, seed, rows: 128, columns: 128 })].map(({ path, bytes }) => ({ path, bytes }))

describe('a ZIP over the parts door', () => {
  it('is taken apart, and every file in it is listed, judged and read like one that was sent', async () => {
    const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
    const session = await exchange(gateway.url, (await desk.openLink(id)).url)
    const shown = slices(20, 81)
    const report = { path: 'REPORT.PDF', bytes: await reportPdf({ seed: 82 }) }
    const nested = slices(1, 83)
    const program = viewerProgram()
    const zip = zipFile([
      ...shown,
      report,
      { path: program.path, bytes: program.bytes },
      { path: 'more/nested.zip', bytes: zipFile(nested) },
    ])
    const sent = await send(gateway.url, session, [inMemory('disc.zip', zip)])
    // The worker is killed while it works, and the next one goes on.
    for (const [pid, what] of gateway.processes()) if (what === 'worker') process.kill(pid, 'SIGKILL')
    const { items: acknowledged, bytes } = await finish(gateway.url, session)
    expect([acknowledged, bytes]).toEqual([1, zip.length])
    await expect.poll(() => desk.caseState(id), { timeout: 45_000, interval: 200 }).toBe('ready')

    const items = await desk.items(id)
    const outer = items.find((item) => item.name === 'disc.zip')
    const inner = items.find((item) => item.name === 'more/nested.zip')
    expect(outer).toMatchObject({ id: sent.ids[0], state: 'unpacked', kind: 'archive', from: null })
    expect(outer?.sentence).toMatch(/opened/)
    expect(inner).toMatchObject({ state: 'unpacked', from: outer?.id })
    const names = (from: string | undefined) =>
      items.filter((item) => item.from === from).map((item) => item.name)
    expect(names(outer?.id)).toEqual([
      ...shown.map(({ path }) => path),
      report.path,
      program.path,
      inner?.name,
    ])
    expect(names(inner?.id)).toEqual(nested.map(({ path }) => path))
    expect(items.find((item) => item.name === program.path)?.state).toBe('rejected')

    const told = await status(gateway.url, session)
    expect(told.map((item) => [item.id, item.from])).toEqual(items.map((item) => [item.id, item.from]))
    const spoken = told.filter(({ state }) => state !== 'accepted')
    expect(spoken.filter(({ sentence }) => !sentence?.endsWith('.'))).toEqual([])

    const { token } = await desk.openGrant(id)
    const answer = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
    const files = [...readZip(answer.body).values()]
    for (const { bytes: wanted } of [...shown, report, ...nested])
      expect(files.filter((file) => file.equals(wanted))).toHaveLength(1)
    expect(files.some((file) => file.equals(program.bytes) || file.equals(zip))).toBe(false)
    expect(gateway.output()).not.toContain('nested')
  }, 90_000)
})
