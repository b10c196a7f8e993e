/** Every dangerous setting is refused in words that never repeat its value, and its safe form is let through. */
import { describe, expect, it } from 'vitest'
import { readConfig } from './read-config.ts'

const least = { DATABASE_URL: 'postgres://gateway@localhost/second_read' }
const allowed = { ALLOW_PLAIN_INTERNAL: 'yes' }
const good = 'Jq3vT9xLw7Zr2Kc5'

const problemsOf = (env: Record<string, string>): readonly string[] => {
  const read = readConfig({ ...least, ...env })
  return 'problems' in read ? read.problems : []
}

describe('plain connections', () => {
  it.each([
    ['PUBLIC_URL', { HOST: '0.0.0.0' }],
    ['PUBLIC_URL', { HOST: '192.168.1.4' }],
    ['PUBLIC_URL', { HOST: '::' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://gateway@db/second_read' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://gateway@10.0.0.3/second_read' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://gateway@db/x?sslmode=prefer' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://gateway@db/x?sslmode=no-verify' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://gateway@localhost/x?host=db.example.org' }],
    ['REDIS_URL', { REDIS_URL: 'redis://queue:6379' }],
    ['REDIS_URL', { REDIS_URL: `redis://u:${good}@queue.example.org` }],
    ['S3_ENDPOINT', { S3_BUCKET: 'records', S3_ENDPOINT: 'http://store:9000' }],
    ['CLAMD', { CLAMD: 'clamd:3310' }],
  ])('of %s are refused: %o', (name, env) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(name)])
  })

  it.each<Record<string, string>>([
    { HOST: '0.0.0.0', PUBLIC_URL: 'https://records.example.org' },
    { HOST: '127.0.0.2' },
    { HOST: '::1' },
    { DATABASE_URL: 'postgres://gateway@db/second_read?sslmode=verify-full' },
    { DATABASE_URL: 'postgres://gateway@db/second_read?sslmode=require' },
    { DATABASE_URL: 'postgres://gateway@127.0.0.1:5432/second_read' },
    { DATABASE_URL: 'postgres://gateway@/second_read?host=/run/postgresql' },
    { DATABASE_URL: 'postgres://gateway@localhost/second_read?host=%2Frun%2Fpostgresql&port=5433' },
    { REDIS_URL: 'rediss://queue.example.org' },
    { REDIS_URL: 'redis://localhost:6379' },
    { S3_BUCKET: 'records', S3_ENDPOINT: 'https://store.example.org' },
    { S3_BUCKET: 'records', S3_ENDPOINT: 'http://127.0.0.1:9000' },
    { ...allowed, DATABASE_URL: 'postgres://gateway@db/second_read', REDIS_URL: 'redis://queue' },
    { ...allowed, S3_BUCKET: 'records', S3_ENDPOINT: 'http://10.1.2.3:9000' },
    { ...allowed, REDIS_URL: 'redis://[fd00::7]:6379' },
    { CLAMD: '127.0.0.1:3310' },
    { CLAMD: '/run/clamav/clamd.ctl' },
    { ...allowed, CLAMD: 'clamd:3310' },
  ])('are let through where they are safe or somebody decided: %o', (env) => {
    expect(problemsOf(env)).toEqual([])
  })

  it('stay refused for a public address, and for people, whatever is allowed inside', () => {
    expect(problemsOf({ ...allowed, REDIS_URL: 'redis://93.184.216.34' })).toHaveLength(1)
    expect(problemsOf({ ...allowed, DATABASE_URL: 'postgres://a@[2001:db8::1]/x' })).toHaveLength(1)
    expect(problemsOf({ ...allowed, HOST: '0.0.0.0' })).toHaveLength(1)
    expect(problemsOf({ ...allowed, PUBLIC_URL: 'http://records.internal' })).toHaveLength(1)
  })

  it('name the way out', () => {
    expect(problemsOf({ REDIS_URL: 'redis://queue' })[0]).toMatch(/rediss:\/\/.*ALLOW_PLAIN_INTERNAL=yes/)
  })
})

describe('secrets everybody knows', () => {
  const known = [
    'minioadmin',
    'changeme',
    'Change-Me-123',
    'password',
    'Passw0rd',
    'password1',
    'secret',
    'mysecret',
    'your-secret-key',
    'test',
    'test1234',
    'postgres',
    'admin',
    '12345678',
    'aaaaaaaa',
    'secondread',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ]

  it.each(known)('%s is refused wherever it stands', (secret) => {
    const password = encodeURIComponent(secret)
    const problems = problemsOf({
      DATABASE_URL: `postgres://someone:${password}@localhost/x`,
      REDIS_URL: `redis://:${password}@localhost`,
      S3_BUCKET: 'records',
      S3_ACCESS_KEY_ID: 'AKQ4ZT7',
      S3_SECRET_ACCESS_KEY: secret,
    })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'S3_SECRET_ACCESS_KEY',
    ])
    for (const problem of problems) expect(problem).toMatch(/manual or example/)
  })

  it('are not repeated in what is said of them', () => {
    const problems = problemsOf({ REDIS_URL: 'redis://:letmein77@localhost' })
    expect(problems).toHaveLength(1)
    expect(problems[0]).not.toContain('letmein')
  })

  it('are also a password that is the user’s name, and an example’s key', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://clinic7:clinic7@localhost/x' })).toEqual([
      expect.stringContaining('also the name of its user'),
    ])
    const pair = { S3_BUCKET: 'records', S3_SECRET_ACCESS_KEY: good }
    expect(problemsOf({ ...pair, S3_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' })).toHaveLength(1)
    expect(problemsOf({ ...pair, S3_ACCESS_KEY_ID: 'minioadmin' })).toHaveLength(1)
    expect(
      problemsOf({ S3_BUCKET: 'records', S3_ENDPOINT: `https://a:${good}@s3.example.org` }),
    ).toHaveLength(1)
  })

  it.each([good, 'testimony-of-9-blue-herons', 'correct horse battery staple', 'passage/Quartz+71=='])(
    '%s is none of them',
    (secret) => {
      const password = encodeURIComponent(secret)
      expect(problemsOf({ DATABASE_URL: `postgres://someone:${password}@localhost/x` })).toEqual([])
    },
  )
})
