/**
 * Scanning end to end: a gateway with a real clamd accepts nothing that was not called clean, waits while clamd is
 * away or hangs, and lets nobody know what it found but the desk. One without a scanner says so everywhere.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callJson } from '#fixtures/client/call.ts'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import {
  exchange,
  finish,
  inMemory,
  type Sendable,
  type Session,
  send,
  status,
} from '#fixtures/client/sender.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { type Gateway, startGateway } from '#fixtures/gateway.ts'
import { ctCarrying, eicar, pdfCarrying, scanCanary, zipWith } from '#fixtures/malware.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { runProgram } from '#fixtures/run-program.ts'
import { type Services, startServices } from '#fixtures/services.ts'

const workerFile = join(import.meta.dirname, '../workers/main.ts')

let folder: string
let services: Services
let gateway: Gateway
let desk: Desk

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-scan-'))
  // Clamd may run as another account, which must be able to pass.
  await chmod(folder, 0o755)
  services = await startServices({ folder: join(folder, 'services'), only: ['clamd'] })
  gateway = await startGateway(folder, { CLAMD: services.env['TEST_CLAMD_SOCKET'] ?? '' })
  desk = await signIn(gateway.url, gateway.signInCode ?? '')
})

afterAll(async () => {
  await gateway.stop()
  await services.stop()
  await rm(folder, { recursive: true, force: true })
})

const sendAll = async (files: readonly Buffer[]): Promise<Session> => {
  const id = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  const session = await exchange(gateway.url, (await desk.openLink(id)).url)
  const named: Sendable[] = files.map((bytes, index) => inMemory(`FILE${index}`, bytes))
  await send(gateway.url, session, named)
  await finish(gateway.url, session)
  return session
}

const settled = async (session: Session, seconds = 30) => {
  for (let tries = 0; tries < seconds * 20; tries += 1) {
    const items = await status(gateway.url, session)
    if (items.every((item) => item.state !== 'received')) return items
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error(`no verdict within ${seconds} s`)
}

const slice = (seed: number): Buffer => ctSlice({ seed }).bytes

describe('with a scanner', () => {
  it('what is clean is accepted, and nothing that is not', async () => {
    const large = Buffer.concat([slice(4), Buffer.alloc(20_000_000, 'a'), scanCanary()])
    const session = await sendAll([
      slice(1),
      ctCarrying(scanCanary(), 2),
      await pdfCarrying(eicar()),
      eicar(),
      zipWith('a.txt', eicar()),
      large,
      slice(3),
    ])
    const items = await settled(session)
    const states = items.map(({ state, codes }) => [state, codes.includes('MALWARE_FOUND')])
    expect(states).toEqual([
      ['accepted', false],
      ['quarantined', true],
      ['quarantined', true],
      ['rejected', true],
      // An archive in which something was recognised is not taken apart.
      ['quarantined', true],
      ['quarantined', true],
      ['accepted', false],
    ])
    // Nobody but the desk hears what it was, and no log does.
    expect(JSON.stringify(items) + gateway.output()).not.toMatch(/Eicar|Canary/i)
  })

  it('what is too large to be scanned waits in quarantine', async () => {
    const [item] = await settled(await sendAll([Buffer.concat([slice(5), Buffer.alloc(68_000_000, 'b')])]))
    expect(item?.state).toBe('quarantined')
    expect(item?.codes).toContain('SCAN_LIMIT')
  })

  it('files wait while clamd is away, however often they are tried, and pass once it is back', async () => {
    await services.kill('clamd')
    const session = await sendAll([slice(6), ctCarrying(scanCanary(), 7)])
    await expect.poll(() => gateway.output(), { timeout: 20_000 }).toMatch(/scanner\.unavailable/)
    await new Promise((wait) => setTimeout(wait, 9_000))
    expect((await status(gateway.url, session)).map(({ state }) => state)).toEqual(['received', 'received'])
    const ready = await callJson(`${gateway.url}/readyz`, { token: desk.token })
    expect(JSON.stringify(ready.json)).toMatch(
      /"name":"scanner","up":false,"words":"The malware scanner does not/,
    )
    await services.restart('clamd')
    expect((await settled(session)).map(({ state }) => state)).toEqual(['accepted', 'quarantined'])
  })

  it('files wait while clamd hangs', async () => {
    const hanging = services.hangForSeconds('clamd', 4)
    const session = await sendAll([slice(8)])
    await new Promise((wait) => setTimeout(wait, 1_000))
    expect((await status(gateway.url, session)).map(({ state }) => state)).toEqual(['received'])
    await hanging
    expect((await settled(session)).map(({ state }) => state)).toEqual(['accepted'])
  })

  it('no page says that there is none', async () => {
    for (const path of ['/', '/send'])
      expect((await call(`${gateway.url}${path}`)).body.toString()).not.toContain('does not scan')
    expect(gateway.output()).not.toContain('scanner.none')
  })
})

describe('a file at which clamd ends every time', () => {
  it('is tried, then left to a person; what came with it is accepted', async () => {
    // It has a pulse, and hangs up on whatever holds the canary.
    const listening = createServer((socket) => {
      const heard: Buffer[] = []
      socket.on('error', () => {})
      socket.on('data', (piece: Buffer) => {
        heard.push(piece)
        const all = Buffer.concat(heard)
        if (all.subarray(0, 5).equals(Buffer.from('zPING'))) socket.end('PONG\0')
        else if (all.includes(scanCanary())) socket.destroy()
        else if (all.subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: OK\0')
      })
    })
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
    const address = listening.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const other = await startGateway(join(folder, 'failing'), { CLAMD: `127.0.0.1:${port}` })
    const [usual, usualDesk] = [gateway, desk]
    try {
      gateway = other
      desk = await signIn(other.url, other.signInCode ?? '')
      const items = await settled(await sendAll([slice(1), ctCarrying(scanCanary(), 2)]), 50)
      expect(items.map(({ state, codes }) => [state, codes])).toEqual([
        ['accepted', []],
        ['quarantined', ['CHECK_UNAVAILABLE']],
      ])
    } finally {
      ;[gateway, desk] = [usual, usualDesk]
      await other.stop()
      listening.close()
    }
  })
})

describe('without one', () => {
  it('a trial says so on every page, to operators, in its log and where it was started', async () => {
    const open = await startGateway(join(folder, 'open'))
    try {
      for (const path of ['/', '/send'])
        expect((await call(`${open.url}${path}`)).body.toString()).toContain(
          'does not scan files for malware',
        )
      const { token } = await signIn(open.url, open.signInCode ?? '')
      const { status: code, json } = await callJson(`${open.url}/readyz`, { token })
      expect(code).toBe(200)
      expect(JSON.stringify(json)).toMatch(
        /"name":"scanner","up":false,"words":"No malware scanner is set up/,
      )
      await expect.poll(() => open.output()).toContain('No malware scanner is set up')
      expect(open.output()).toContain('scanner.none')
    } finally {
      await open.stop()
    }
  })

  it('a worker that nobody told does not start, and says what to set', async () => {
    const { code, err } = await runProgram(workerFile, [], {
      DATABASE_URL: 'postgres://nobody@localhost/none',
      KEYS_DIR: join(folder, 'data/keys'),
      OBJECTS_DIR: join(folder, 'data/objects'),
    })
    expect(code).toBe(1)
    expect(err).toMatch(/set CLAMD to a clamd, or MALWARE_SCAN=none/)
  })
})
