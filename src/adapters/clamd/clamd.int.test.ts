/** A real clamd with two signatures: what it finds and where, its limits, and what happens when it is away or hangs. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { ctSlice } from '#fixtures/dicom/shapes.ts'
import { ctCarrying, eicar, pdfCarrying, scanCanary, zipWith } from '#fixtures/malware.ts'
import { reportPdf } from '#fixtures/pdf.ts'
import { type Services, startServices } from '#fixtures/services.ts'
import { describeScanner, inPieces } from '#ports/scanner.contract.ts'
import { createClamd } from './scanner.ts'

let folder: string
let services: Services
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-clamd-'))
  services = await startServices({ folder, only: ['clamd'] })
})
afterAll(async () => {
  await services.stop()
  await rm(folder, { recursive: true, force: true })
})

const bySocket = () => ({ path: services.env['TEST_CLAMD_SOCKET'] ?? '' })
const byPort = () => {
  const [host = '', port] = (services.env['TEST_CLAMD'] ?? '').split(':')
  return { host, port: Number(port) }
}

describeScanner('clamd on a socket', async () => ({ scanner: createClamd(bySocket()), bad: eicar() }))
describeScanner('clamd on a port', async () => ({ scanner: createClamd(byPort()), bad: eicar() }))

const scan = (bytes: Buffer, scanner = createClamd(bySocket())) =>
  scanner.scan(inPieces(bytes, 65_536), bytes.length)

describe('clamd', () => {
  it('finds nothing in sound records', async () => {
    expect(await scan(ctSlice({ seed: 1 }).bytes)).toBe('clean')
    expect(await scan(await reportPdf({ seed: 1 }))).toBe('clean')
    expect(await scan(randomBytes(5_000_000))).toBe('clean')
  })

  it('finds what hides in records and archives, and names it', async () => {
    const found = { found: expect.stringMatching(/^Test\.(Eicar|Canary)/) }
    expect(await scan(zipWith('a.txt', eicar()))).toEqual(found)
    expect(await scan(zipWith('b.zip', zipWith('a.txt', eicar())))).toEqual(found)
    expect(await scan(ctCarrying(scanCanary(), 2))).toEqual(found)
    expect(await scan(await pdfCarrying(eicar()))).toEqual(found)
    expect(await scan(Buffer.concat([randomBytes(30_000_000), scanCanary()]))).toEqual(found)
  })

  it('says what it cannot look into', async () => {
    expect(await scan(zipWith('a.txt', eicar(), true))).toBe('password')
    expect(await scan(await pdfCarrying(Buffer.alloc(70_000_000)))).toBe('limit')
    let nested = zipWith('a.txt', Buffer.from('deep'))
    for (let depth = 0; depth < 20; depth += 1) nested = zipWith('b.zip', nested)
    expect(await scan(nested)).toBe('limit')
  })

  it('never calls a stream clean that is longer than it takes', async () => {
    const large = randomBytes(68_000_000)
    const verdict = await scan(large).catch((error: unknown) => error)
    expect(verdict).toBe('limit')
    // On a port its answer may be lost with the connection.
    const other = await scan(large, createClamd(byPort())).catch((error: unknown) => error)
    expect(['limit', 'scanner.failed']).toContain(other instanceof Fault ? other.code : other)
  })

  it('tells its version', async () => {
    const facts = await createClamd(bySocket()).facts()
    expect(facts.version).toMatch(/^ClamAV \d/)
    expect(facts.signaturesFrom).toBeNull()
  })

  it('hanging is known in moments, away at once, and back it answers again', async () => {
    const scanner = createClamd(byPort(), { pulseMs: 300 })
    const hanging = services.hangForSeconds('clamd', 1.5)
    await expect(scan(randomBytes(9_000_000), scanner)).rejects.toMatchObject({ code: 'scanner.unavailable' })
    await hanging
    expect(await scan(ctSlice({ seed: 3 }).bytes, scanner)).toBe('clean')
    await services.kill('clamd')
    // The kernel closes the port of a killed process a little after its end.
    await expect.poll(() => scanner.alive()).toBe(false)
    await expect(scan(eicar(), scanner)).rejects.toMatchObject({ code: 'scanner.unavailable' })
    await services.restart('clamd')
    expect(await scan(eicar(), scanner)).toHaveProperty('found')
  })
})
