import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, getCACertificates, type Server, setDefaultCACertificates } from 'node:tls'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireServer } from '#fixtures/test-server.ts'
import { isRedisAlive, openRedis, readRedisUrl } from './connection.ts'
import { readRedisFacts } from './facts.ts'

const url = (): URL => new URL(requireServer(process.env['TEST_REDIS_URL'], 'TEST_REDIS_URL'))

const isAliveAt = async (address: string): Promise<boolean> => {
  const redis = openRedis(address)
  const alive = await isRedisAlive(redis.hasty)
  await redis.close()
  return alive
}

describe('the address of a Redis', () => {
  it('gives host, port, name, password and number', () => {
    expect(readRedisUrl('redis://me:p%40ss@queue.example:7000/3')).toMatchObject({
      host: 'queue.example',
      port: 7000,
      db: 3,
      username: 'me',
      password: 'p@ss',
    })
    expect(readRedisUrl('redis://[::1]')).toMatchObject({ host: '::1', port: 6379, db: 0 })
    expect(readRedisUrl('redis://queue')).not.toHaveProperty('tls')
  })

  it('checks the certificate when it begins with rediss, whatever stands behind it', () => {
    expect(readRedisUrl('rediss://queue')).toMatchObject({ tls: { rejectUnauthorized: true } })
    expect(() => readRedisUrl('rediss://queue?tls=no')).toThrow('nothing after it')
  })

  it('is refused when it is none, and not repeated', () => {
    for (const text of [
      '',
      'queue:6379',
      'http://queue',
      'redis://',
      'redis://queue/a',
      'redis://:s3cret@q#x',
    ])
      expect(() => readRedisUrl(text)).toThrow(/^the address of Redis must [^@]*$/)
  })
})

describe('a Redis', () => {
  it('answers, with the password alone', async () => {
    expect(await isAliveAt(url().href)).toBe(true)
    const wrong = url()
    wrong.password = 'wrong'
    expect(await isAliveAt(wrong.href)).toBe(false)
    wrong.password = ''
    expect(await isAliveAt(wrong.href)).toBe(false)
  })

  it('tells what it is, and what of it would lose jobs', async () => {
    const facts = await readRedisFacts(url().href)
    expect(facts).toMatchObject({ maxmemoryPolicy: 'noeviction', role: 'master', warnings: [] })
    expect(facts?.version).toMatch(/^\d+\.\d+/)
    expect(Math.abs(facts?.skewMs ?? Number.NaN)).toBeLessThan(1_000)
    const client = new Redis(url().href)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    try {
      expect((await readRedisFacts(url().href))?.warnings).toEqual([expect.stringContaining('noeviction')])
    } finally {
      await client.config('SET', 'maxmemory-policy', 'noeviction')
      await client.quit()
    }
  })

  it('that is not there has no facts', async () => {
    expect(await readRedisFacts('redis://127.0.0.1:1')).toBeNull()
  })
})

describe('a Redis behind TLS', () => {
  let base = ''
  let server: Server
  let behind = ''
  const before = getCACertificates('default')
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'redis-tls-'))
    const [key, cert] = [join(base, 'key.pem'), join(base, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2']
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
    // TLS ends before the server, as it does with most hosts of Redis.
    server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (socket) => {
      const plain = connect(Number(url().port), url().hostname)
      socket.on('error', () => plain.destroy())
      plain.on('error', () => socket.destroy())
      socket.pipe(plain).pipe(socket)
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    behind = `rediss://:${url().password}@localhost:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    setDefaultCACertificates(before)
    server.close()
    await rm(base, { recursive: true })
  })

  it('is refused while nobody vouches for its certificate', async () => {
    expect(await isAliveAt(behind)).toBe(false)
  })

  it('is taken once somebody does, under its own name alone', async () => {
    setDefaultCACertificates([...before, await readFile(join(base, 'cert.pem'), 'utf8')])
    expect(await isAliveAt(behind)).toBe(true)
    expect(await isAliveAt(behind.replace('localhost', '127.0.0.1'))).toBe(false)
  })
})
