/**
 * The tus door with the clients people have: tus-js-client and Uppy, unmodified, with nothing but an address and a
 * session, through the death of a server in the middle. A receipt says what was kept.
 */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, signIn } from '#fixtures/client/desk.ts'
import { exchange, finish, status } from '#fixtures/client/sender.ts'
import { attests, probe, tusPath } from '#fixtures/client/tus.ts'
import { type Cluster, openCluster, type ServerProgram } from '#fixtures/cluster.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { canaryPatient } from '#fixtures/patient.ts'
import { seeded } from '#fixtures/seeded.ts'

const size = 30_000_001

let ledger: TestLedger
let folder: string
let cluster: Cluster
let server: ServerProgram
let desk: Desk
let bytes: Buffer
let file: string

beforeAll(async () => {
  ledger = await openTestLedger(undefined)
  folder = await mkdtemp(join(tmpdir(), 'second-read-tus-clients-'))
  cluster = await openCluster({ folder, databaseUrl: ledger.url })
  server = await cluster.startServer()
  await cluster.startWorker()
  desk = await signIn(server.url, cluster.signInCode ?? '')
  bytes = Buffer.alloc(size)
  seeded('client').fill(bytes)
  file = join(folder, 'study.zip')
  await writeFile(file, bytes)
})

afterAll(async () => {
  await cluster.kill()
  await ledger.close()
  await rm(folder, { recursive: true, force: true })
})

let caseId: string
let session: Awaited<ReturnType<typeof exchange>>
beforeEach(async () => {
  caseId = await desk.openCase({ name: canaryPatient.name, birthDate: canaryPatient.birthDate })
  session = await exchange(server.url, (await desk.openLink(caseId)).url)
})

/** What the desk reads once the files were looked into; before that the names are sealed. */
const names = async () => (await desk.items(caseId)).map((item) => String(item.name)).toSorted()

const terms = () => ({
  endpoint: `${server.url}${tusPath}`,
  headers: { Authorization: `Bearer ${session.session}` },
})

/** Starts tus-js-client on the file; `ended` says null when all is well. */
const sendFile = (options: UploadOptions = {}) => {
  const ended = Promise.withResolvers<Error | null>()
  const upload = new Upload(createReadStream(file), {
    ...terms(),
    metadata: { filename: 'study.zip', filetype: 'application/zip' },
    uploadSize: size,
    retryDelays: [100, 300, 1_000, 1_000, 1_000],
    onSuccess: () => ended.resolve(null),
    onError: (error) => ended.resolve(error),
    ...options,
  })
  upload.start()
  return { upload, ended: ended.promise }
}

describe('tus-js-client', () => {
  it.each([
    ['in one request', {}],
    ['in chunks off our grid', { chunkSize: 8_000_000 }],
    ['beginning at creation', { uploadDataDuringCreation: true }],
    ['by POST alone', { overridePatchMethod: true, chunkSize: 20_000_000 }],
  ] satisfies [string, UploadOptions][])('sends 30 MB %s', async (_, options) => {
    const { upload, ended } = sendFile(options)
    expect(await ended).toBeNull()
    const { receipt, items } = await finish(server.url, session)
    expect(items).toBe(1)
    expect(attests(receipt, upload.url ?? '', bytes)).toBe(true)
    await expect.poll(names).toEqual(['study.zip'])
  })

  it('goes on when the server is killed in the middle and comes back', async () => {
    let sent = 0
    const offsets: number[] = []
    const half = Promise.withResolvers<void>()
    const { upload, ended } = sendFile({
      chunkSize: 12_000_000,
      // A server takes a while to come back on a busy machine.
      retryDelays: Array(120).fill(250),
      onChunkComplete: (_, accepted) => {
        offsets.push(accepted)
        half.resolve()
      },
      onProgress: (now) => {
        sent = Math.max(sent, now)
      },
    })
    await half.promise
    await server.kill()
    await server.again()
    expect(await ended).toBeNull()
    expect(sent).toBe(size)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    expect(attests((await finish(server.url, session)).receipt, upload.url ?? '', bytes)).toBe(true)
  })

  it('pauses and goes on in another client that knows the address', async () => {
    const moved = Promise.withResolvers<void>()
    const first = sendFile({ chunkSize: 10_000_000, onChunkComplete: () => moved.resolve() })
    await moved.promise
    await first.upload.abort()
    const uploadUrl = first.upload.url ?? ''
    const [, offset] = await probe(uploadUrl, session.session)
    expect(Number(offset)).toBeGreaterThan(9_000_000)
    const from: number[] = []
    const second = sendFile({ uploadUrl, onProgress: (now) => from.push(now) })
    expect(await second.ended).toBeNull()
    expect(from[0]).toBeGreaterThanOrEqual(Number(offset))
    expect(attests((await finish(server.url, session)).receipt, uploadUrl, bytes)).toBe(true)
  })

  it('terminates', async () => {
    const moved = Promise.withResolvers<void>()
    const { upload } = sendFile({ chunkSize: 5_000_000, onChunkComplete: () => moved.resolve() })
    await moved.promise
    await upload.abort(true)
    expect((await probe(upload.url ?? '', session.session))[0]).toBe(410)
    expect((await status(server.url, session)).map((item) => item.state)).toEqual(['discarded'])
    expect((await finish(server.url, session)).items).toBe(0)
  })

  it('ends with an error where going on could never help', async () => {
    const { ended } = sendFile({ chunkSize: 100_000 })
    expect((await ended)?.message).toContain('least')
  })
})

/** Uppy as far as it is used here. Its own types bring those of a whole browser into every file of the program. */
type UppyFile = { readonly uploadURL?: string }
type UppyCore = {
  use(plugin: unknown, options: object): UppyCore
  addFile(file: { name: string; type: string; data: object; meta: object }): void
  upload(): Promise<{ successful: UppyFile[]; failed: UppyFile[] }>
  destroy(): void
}

describe('Uppy', () => {
  it('sends twenty files of a folder, some with the same name', async () => {
    const { default: Uppy } = (await import('@uppy/core' as string)) as { default: new () => UppyCore }
    const { default: tusPlugin } = (await import('@uppy/tus' as string)) as { default: unknown }
    const uppy = new Uppy().use(tusPlugin, { ...terms(), limit: 6 })
    const contents = Array.from({ length: 20 }, (_, index) =>
      bytes.subarray(index * 1_000, index * 1_000 + 300_000 + index),
    )
    for (const [index, content] of contents.entries())
      uppy.addFile({
        name: `IM${index % 4}`,
        type: 'application/dicom',
        // In Node the client under Uppy takes buffers, where a browser has blobs.
        data: Object.assign(Buffer.from(content), { size: content.length }),
        meta: { relativePath: `CD/S${index}/IM${index % 4}` },
      })
    const result = await uppy.upload()
    expect(result.failed).toEqual([])
    const { receipt, items } = await finish(server.url, session)
    expect(items).toBe(20)
    const kept = result.successful.map(({ uploadURL }, index) =>
      attests(receipt, uploadURL ?? '', contents[index] ?? Buffer.alloc(0)),
    )
    expect(kept).toEqual(Array(20).fill(true))
    const all = contents.map((_, index) => `CD/S${index}/IM${index % 4}`)
    await expect.poll(names, { timeout: 20_000 }).toEqual(all.toSorted())
    uppy.destroy()
  })
})
