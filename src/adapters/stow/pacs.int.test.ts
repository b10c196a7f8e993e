/** The contract on Orthanc from Debian, unmodified. */
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { call } from '#fixtures/client/call.ts'
import { ctStudy } from '#fixtures/dicom/ct-study.ts'
import { findPort } from '#fixtures/gateway.ts'
import { type Services, startServices } from '#fixtures/services.ts'
import { pacsContract } from '#ports/pacs.contract.ts'
import { createStowPacs } from './pacs.ts'

let folder: string
let services: Services

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-read-pacs-'))
  // Orthanc runs as another account, which must be able to pass.
  await chmod(folder, 0o755)
  services = await startServices({ folder: join(folder, 'orthanc'), only: ['orthanc'] })
}, 60_000)

afterAll(async () => {
  await services.stop()
  await rm(folder, { recursive: true, force: true })
})

pacsContract('STOW-RS to Orthanc', async () => {
  const { origin, username: user, password: secret } = new URL(services.env['TEST_ORTHANC_URL'] ?? '')
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }
  const list = async (): Promise<string[]> =>
    JSON.parse((await call(`${origin}/instances`, { headers })).body.toString('utf8')) as string[]
  for (const one of await list()) await call(`${origin}/instances/${one}`, { method: 'DELETE', headers })
  const url = `${origin}/dicom-web`
  const away = `http://127.0.0.1:${await findPort()}/dicom-web`
  return {
    pacs: createStowPacs([
      { name: 'pacs', url, user, secret },
      { name: 'wrong', url, user, secret: `${secret}x` },
      { name: 'other', url: `${origin}/elsewhere`, user, secret },
      { name: 'away', url: away, user, secret },
    ]),
    samples: [...ctStudy({ slices: 5, seed: 61, rows: 64, columns: 64 })],
    kept: async () => {
      const digests: string[] = []
      for (const one of await list()) {
        const { body } = await call(`${origin}/instances/${one}/file`, { headers })
        digests.push(createHash('sha256').update(body).digest('hex'))
      }
      return digests
    },
  }
})
