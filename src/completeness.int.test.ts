/** What is missing of a case, on a real gateway: told to the desk and to its readers, and to nobody else. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson, must } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, send } from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { directoryOf } from '#fixtures/dicom/disc-directory.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient, otherPatient } from '#fixtures/patient.ts'

let folder: string
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-completeness-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
}, 60_000)

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

type Note = {
  code: string
  study: string | null
  series: string | null
  came: number
  expected: number
  sentence: string
}

const notesOf = async (id: string, of: 'completeness' | 'notes', token: string): Promise<Note[]> =>
  (await must<{ notes: Note[] }>(`${gateway.url}/api/cases/${id}/${of}`, { token })).notes

const slicesOf = (patient = canaryPatient, seed = 41) => [
  ...ctStudy({ slices: 12, seed, rows: 32, columns: 32, patient }),
]

const openCase = () => desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })

/** Sends files and waits until each has a verdict. */
const sendAll = async (id: string, files: readonly { path: string; bytes: Buffer }[]): Promise<void> => {
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  await send(
    gateway.url,
    session,
    files.map(({ path, bytes }) => inMemory(path, bytes)),
  )
  await finish(gateway.url, session)
  const open = async () =>
    (await desk.items(id)).filter(({ state }) => ['receiving', 'received'].includes(state)).length
  await expect.poll(open, { timeout: 20_000 }).toBe(0)
}

describe('what is missing of a case', () => {
  it('is told to the desk and to a reader: a hole, and what the disc lists', async () => {
    const id = await openCase()
    const all = slicesOf()
    const directory = { path: 'DICOMDIR', bytes: directoryOf(all.map(({ sopUid }) => sopUid)) }
    await sendAll(id, [...all.filter(({ instanceNumber }) => ![6, 12].includes(instanceNumber)), directory])
    const told = await notesOf(id, 'completeness', desk.token)
    expect(told.map(({ code, came, expected }) => [code, came, expected])).toEqual([
      ['CD_INCOMPLETE', 10, 12],
      ['NUMBER_GAP', 10, 11],
      ['POSITION_GAP', 10, 11],
    ])
    expect(told[0]?.sentence).toBe('The disc lists 12 images, 10 arrived.')
    expect(told[1]).toMatchObject({ study: all[0]?.studyUid, series: all[0]?.seriesUid })
    const { token } = await desk.openGrant(id, ['case:read'])
    expect(await notesOf(id, 'notes', token)).toEqual(told)
    expect(JSON.stringify(told)).not.toMatch(/canary|1968/i)
    const { entries } = await must<{ entries: { action: string; facts: object }[] }>(
      `${gateway.url}/api/cases/${id}/audit`,
      { token: desk.token },
    )
    expect(entries.at(-1)).toMatchObject({ action: 'notes.read', facts: { notes: 3 } })

    await sendAll(id, all)
    expect(await notesOf(id, 'completeness', desk.token)).toMatchObject([{ code: 'DUPLICATES', came: 10 }])
  })

  it('does not tell a reader of a study that waits, and shows the desk whose it is', async () => {
    const id = await openCase()
    const strange = slicesOf(otherPatient, 42).filter(({ instanceNumber }) => instanceNumber !== 6)
    await sendAll(id, [...slicesOf(), ...strange])
    const { token } = await desk.openGrant(id)
    expect(await notesOf(id, 'notes', token)).toMatchObject([{ code: 'WAITING', study: null, came: 11 }])
    const told = await notesOf(id, 'completeness', desk.token)
    expect(told.map(({ code }) => code)).toEqual(['NUMBER_GAP', 'POSITION_GAP', 'WAITING'])

    type Person = { name: string | null; birthDate: string | null; sex: string | null; id: string | null }
    type Waiting = { identity: { file: Person; case: Person; differs: string[] } | null }
    const { items } = await must<{ items: Waiting[] }>(`${gateway.url}/api/cases/${id}/quarantine`, {
      token: desk.token,
    })
    expect(items).toHaveLength(11)
    expect(items[0]?.identity).toMatchObject({
      file: { name: otherPatient.name, birthDate: otherPatient.birthDate, id: otherPatient.id },
      case: { name: canaryPatient.name, birthDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), id: null },
      differs: expect.arrayContaining(['name', 'birthDate']),
    })
    expect(gateway.output()).not.toContain(otherPatient.name)
  })

  it('is refused to whom it is not for', async () => {
    const id = await openCase()
    const other = await openCase()
    const { token } = await desk.openGrant(id, ['case:read'])
    const download = (await desk.openGrant(id, ['case:download'])).token
    const session = (await exchange(gateway.url, (await desk.openLink(id)).url)).session
    const ask = async (path: string, as?: string) => {
      const { status, json } = await callJson(
        `${gateway.url}/api/cases/${path}`,
        as === undefined ? {} : { token: as },
      )
      return [status, (json as { code?: string }).code]
    }
    expect(await ask(`${id}/completeness`)).toEqual([401, 'session.missing'])
    expect(await ask(`${id}/completeness`, token)).toEqual([401, 'session.ended'])
    expect(await ask(`${id}/completeness`, session)).toEqual([401, 'session.ended'])
    expect(await ask(`${crypto.randomUUID()}/completeness`, desk.token)).toEqual([404, 'case.not-found'])
    expect(await ask(`${id}/notes`)).toEqual([401, 'token.missing'])
    expect(await ask(`${id}/notes`, desk.token)).toEqual([401, 'token.invalid'])
    expect(await ask(`${id}/notes`, download)).toEqual([403, 'token.scope'])
    expect(await ask(`${other}/notes`, token)).toEqual([404, 'case.not-found'])
    expect((await call(`${gateway.url}/api/cases/${id}/notes`, { token })).status).toBe(200)
  })
})
