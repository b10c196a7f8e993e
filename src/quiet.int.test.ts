/** Somebody sends and says no more, as a PACS does: after half an hour the gateway ends for them, and the case is ready. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deskOf, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, inMemory, plan, send } from '#fixtures/client/sender.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { shiftedClock } from '#fixtures/shifted-clock.ts'

let folder: string
let gateway: Gateway

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-quiet-'))
  // PostgreSQL runs as another account and reads the clock too.
  await chmod(folder, 0o755)
})
afterEach(async () => {
  await gateway.stop()
  await rm(folder, { recursive: true, force: true })
})

it('ends for who has sent everything, and not for who has not', async () => {
  gateway = await startGateway(folder)
  const desk = await signIn(gateway.url, gateway.signInCode ?? '')
  const openCase = () => desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const study = [...ctStudy({ slices: 2, seed: 61, rows: 64, columns: 64 })]
  const files = study.map(({ path, bytes }) => inMemory(path, bytes))
  const [done, half] = [await openCase(), await openCase()]
  const link = (await desk.openLink(done)).url
  await send(gateway.url, await exchange(gateway.url, link), files)
  const session = await exchange(gateway.url, (await desk.openLink(half)).url)
  await send(gateway.url, session, files)
  await plan(gateway.url, session, [inMemory('late', Buffer.from('late'))])
  await expect.poll(() => desk.accepted(half), { timeout: 30_000 }).toBe(2)
  expect([await desk.caseState(done), await desk.caseState(half)]).toEqual(['collecting', 'collecting'])

  const { port } = new URL(gateway.url)
  await gateway.stop()
  const file = join(folder, 'clock')
  await writeFile(file, '+31m\n')
  gateway = await startGateway(folder, { PORT: port, ...(await shiftedClock(file)) })
  const later = deskOf(gateway.url, desk.token)
  await expect.poll(() => later.caseState(done), { timeout: 30_000 }).toBe('ready')
  expect(await later.caseState(half)).toBe('collecting')
  const { items } = await finish(gateway.url, await exchange(gateway.url, link))
  expect(items).toBe(2)
})
