/** Whose files they are, on a real gateway: those of another patient wait for a person and reach no reader. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatedPatient } from '#domain/patient.ts'
import { call } from '#fixtures/client/call.ts'
import { type Desk, type DeskItem, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, type Sendable, send } from '#fixtures/client/sender.ts'
import { readZip } from '#fixtures/client/zip.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient, otherPatient, type Patient } from '#fixtures/patient.ts'

let folder: string
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-identity-'))
  gateway = await startGateway(folder)
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
}, 60_000)

afterAll(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

const stated: StatedPatient = { name: canaryPatient.name, birthDate: canaryPatient.birthDate }

let seed = 700

/** Files of a study of their own. */
const filesOf = (patient: Patient, slices: number): Sendable[] => {
  seed += 1
  return [...ctStudy({ slices, seed, rows: 32, columns: 32, patient })].map((file) =>
    inMemory(`${seed}/${file.path}`, file.bytes, 0),
  )
}

/** Sends files as one sender's batch; every item of the case with its verdict. */
const sendTo = async (id: string, files: readonly Sendable[]): Promise<readonly DeskItem[]> => {
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  await send(gateway.url, session, files)
  await finish(gateway.url, session)
  for (let tries = 0; tries < 400; tries += 1) {
    const items = await desk.items(id)
    if (items.every(({ state }) => state !== 'received' && state !== 'receiving')) return items
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error('no verdict within 20 s')
}

const verdictsOf = (items: readonly DeskItem[], files: readonly Sendable[]): string[] =>
  files.map(({ path }) => {
    const item = items.find(({ name }) => name === path)
    return [item?.state, ...(item?.codes ?? [])].join(' ')
  })

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** How many of these files a reader of the case gets. */
const readable = async (id: string, files: readonly Sendable[]): Promise<number> => {
  const { token } = await desk.openGrant(id)
  const answer = await call(`${gateway.url}/api/cases/${id}/bundle`, { token })
  if (answer.status === 404) return 0
  const digests = new Set([...readZip(answer.body).values()].map(sha256))
  const found = await Promise.all(
    files.map(async (file) => digests.has(sha256(await file.read(0, file.size)))),
  )
  return found.filter(Boolean).length
}

const all = (count: number, verdict: string): string[] => Array.from({ length: count }, () => verdict)

describe('a case of somebody', () => {
  it('takes that patient’s study', async () => {
    const id = await desk.openCase(stated)
    const files = filesOf(canaryPatient, 4)
    expect(verdictsOf(await sendTo(id, files), files)).toEqual(all(4, 'accepted'))
    expect(await readable(id, files)).toBe(4)
  })

  it('keeps another patient’s study from its readers, and says so', async () => {
    const id = await desk.openCase(stated)
    const files = filesOf(otherPatient, 3)
    const items = await sendTo(id, files)
    expect(verdictsOf(items, files)).toEqual(all(3, 'quarantined IDENTITY_OTHER_PATIENT'))
    expect(items[0]?.sentence).toMatch(/another person/)
    expect(await readable(id, files)).toBe(0)
  })

  it.each<[string, Partial<Patient>, StatedPatient, string]>([
    ['an initial', { name: 'CANARYPATIENT^A' }, stated, 'accepted_with_warnings IDENTITY_NAME_VARIANT'],
    ['words in another order', { name: 'Asha Canarypatient' }, stated, 'accepted'],
    ['a twin', { name: 'CANARYPATIENT^NISHA' }, stated, 'quarantined IDENTITY_NAME_MISMATCH'],
    ['one letter', { name: 'CANARYPATIENT^ASHAA' }, stated, 'quarantined IDENTITY_NAME_MISMATCH'],
    ['no birth date', { birthDate: '' }, stated, 'accepted_with_warnings IDENTITY_NO_BIRTHDATE'],
    ['a digit', { birthDate: '19680228' }, stated, 'quarantined IDENTITY_BIRTHDATE_CLOSE'],
    ['another date', { birthDate: '19951212' }, stated, 'quarantined IDENTITY_BIRTHDATE_MISMATCH'],
    ['the other sex', {}, { ...stated, sex: 'M' }, 'quarantined IDENTITY_SEX_MISMATCH'],
    ['a number of nobody knows whom', {}, { ...stated, id: '1', issuer: 'A' }, 'accepted'],
    ['no name', { name: 'ANONYMOUS' }, stated, 'quarantined IDENTITY_ABSENT'],
    ['no name, as expected', { name: 'ANON^17' }, { ...stated, pseudonymous: true }, 'accepted'],
    ['two scripts', { name: 'Aasha^X=आशा^शर्मा' }, { ...stated, name: 'आशा शर्मा' }, 'accepted'],
  ])('with %s', async (_, over, patient, verdict) => {
    const id = await desk.openCase(patient)
    const files = filesOf({ ...canaryPatient, ...over }, 1)
    expect(verdictsOf(await sendTo(id, files), files)).toEqual([verdict])
  })

  it('tells two patients of one batch apart', async () => {
    const id = await desk.openCase(stated)
    const [own, strange] = [filesOf(canaryPatient, 2), filesOf(otherPatient, 5)]
    const items = await sendTo(id, [...strange, ...own])
    expect(verdictsOf(items, own)).toEqual(all(2, 'accepted'))
    expect(verdictsOf(items, strange)).toEqual(all(5, 'quarantined IDENTITY_OTHER_PATIENT'))
    expect(await readable(id, [...strange, ...own])).toBe(2)
  })
})

describe('a case of nobody in particular', () => {
  it('shows the patient of most files of its first batch, and keeps to that one', async () => {
    const id = await desk.openCase({})
    const [most, fewer] = [filesOf(canaryPatient, 3), filesOf(otherPatient, 2)]
    const items = await sendTo(id, [...fewer, ...most])
    expect(verdictsOf(items, most)).toEqual(all(3, 'accepted'))
    expect(verdictsOf(items, fewer)).toEqual(all(2, 'quarantined BATCH_MIXED_PATIENTS'))
    const [again, spelled] = [
      filesOf(otherPatient, 6),
      filesOf({ ...canaryPatient, name: 'CANARYPATIENT^A' }, 1),
    ]
    const later = await sendTo(id, [...again, ...spelled])
    expect(verdictsOf(later, again)).toEqual(all(6, 'quarantined BATCH_MIXED_PATIENTS'))
    expect(verdictsOf(later, spelled)).toEqual(['accepted'])
    expect(await readable(id, [...most, ...fewer, ...again, ...spelled])).toBe(4)
  })
})

describe('what a check knew of a patient', () => {
  it('stands in no log', () => {
    for (const text of ['CANARY', 'STRANGER', canaryPatient.birthDate, otherPatient.birthDate])
      expect(gateway.output()).not.toContain(text)
  })
})
