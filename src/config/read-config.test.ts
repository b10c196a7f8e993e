import { describe, expect, it } from 'vitest'
import { type Config, readConfig } from './read-config.ts'
import { settings } from './settings.ts'
import { mayMailPlain } from './unsafe.ts'

const least = { DATABASE_URL: 'postgres://gateway@localhost/second_read' }

const problemsOf = (env: Record<string, string>): readonly string[] => {
  const read = readConfig({ ...least, ...env })
  return 'problems' in read ? read.problems : []
}

const configOf = (env: Record<string, string> = {}): Config => {
  const read = readConfig({ ...least, ...env })
  if ('problems' in read) throw new Error(read.problems.join(' '))
  return read
}

const bucket = { S3_BUCKET: 'records', S3_ENDPOINT: 'https://s3.example.org' }

describe('configuration', () => {
  it('needs only the database', () => {
    expect(configOf()).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      s3: null,
      redis: null,
      metrics: null,
      plainInternal: false,
    })
    expect(Object.isFrozen(configOf())).toBe(true)
  })

  it('reports every problem at once', () => {
    const read = readConfig({
      PORT: '80800',
      ROLES: 'intake,kitchen',
      LOG_LEVEL: 'chatty',
      PUBLIC_URL: 'ftp://x',
      INSPECTORS: '0',
      S3_SSE: 'rot13',
      REDIS_URL: 'http://queue',
    })
    const problems = 'problems' in read ? read.problems : []
    expect(problems).toHaveLength(8)
    expect(problems.join(' ')).toMatch(
      /PORT.*PUBLIC_URL.*ROLES.*DATABASE_URL.*S3_SSE.*REDIS_URL.*LOG_LEVEL.*INSPECTORS/,
    )
  })

  it('refuses plain HTTP on a public address, and allows it on this machine', () => {
    expect(problemsOf({ PUBLIC_URL: 'http://records.example.org' })).toHaveLength(1)
    expect(problemsOf({ PUBLIC_URL: 'https://records.example.org' })).toEqual([])
    expect(problemsOf({ PUBLIC_URL: 'http://localhost:9000' })).toEqual([])
  })

  it('refuses an address with anything behind it', () => {
    for (const url of ['https://a.example/x', 'https://a.example/?q', 'https://u:p@a.example', 'nothing'])
      expect(problemsOf({ PUBLIC_URL: url })).toHaveLength(1)
  })

  it('reads roles as a list, or all', () => {
    expect([...configOf().roles]).toEqual(['intake', 'portal'])
    expect([...configOf({ ROLES: 'worker' }).roles]).toEqual(['worker'])
    expect([...configOf({ ROLES: ' portal , intake' }).roles]).toEqual(['intake', 'portal'])
    expect([...configOf({ ROLES: 'all' }).roles]).toEqual(['intake', 'portal', 'worker'])
    for (const roles of ['all,intake', ',', 'Intake']) expect(problemsOf({ ROLES: roles })).toHaveLength(1)
  })

  it('reads a bucket with its defaults', () => {
    expect(configOf({ S3_BUCKET: 'records' }).s3).toEqual({
      bucket: 'records',
      endpoint: null,
      region: 'us-east-1',
      accessKeyId: null,
      secretAccessKey: null,
      pathStyle: false,
      prefix: '',
      sse: null,
      sseKey: null,
    })
    expect(configOf(bucket).s3?.pathStyle).toBe(true)
    expect(configOf({ ...bucket, S3_PATH_STYLE: 'false' }).s3?.pathStyle).toBe(false)
    const sse = { S3_SSE: 'aws:kms', S3_SSE_KEY: 'key-1', S3_PREFIX: 'second-read/' }
    expect(configOf({ ...bucket, ...sse }).s3).toMatchObject({
      sse: 'aws:kms',
      sseKey: 'key-1',
      prefix: 'second-read/',
    })
  })

  it.each([
    ['half a pair of keys', { ...bucket, S3_ACCESS_KEY_ID: 'AK7Q' }, /together/],
    ['the other half', { ...bucket, S3_SECRET_ACCESS_KEY: 'kU8wq0Lz' }, /together/],
    ['a KMS key without KMS', { ...bucket, S3_SSE_KEY: 'key-1' }, /S3_SSE=aws:kms/],
    ['a KMS key with another kind', { ...bucket, S3_SSE: 'AES256', S3_SSE_KEY: 'k' }, /S3_SSE=aws:kms/],
    ['an endpoint without a bucket', { S3_ENDPOINT: 'https://s3.example.org' }, /S3_BUCKET must be set/],
    ['no bucket name', { S3_BUCKET: 'Records/2' }, /name of a bucket/],
    ['a prefix that climbs', { ...bucket, S3_PREFIX: '../' }, /S3_PREFIX/],
    ['a prefix without an end', { ...bucket, S3_PREFIX: 'records' }, /S3_PREFIX/],
    ['an endpoint of another kind', { ...bucket, S3_ENDPOINT: 'ftp://s3' }, /S3_ENDPOINT/],
    ['a prefix with spaces', { REDIS_URL: 'rediss://q', REDIS_PREFIX: 'a b' }, /REDIS_PREFIX/],
    ['a maybe', { ALLOW_PLAIN_INTERNAL: 'maybe' }, /ALLOW_PLAIN_INTERNAL must be no or yes, or empty/],
    ['a long grace', { STOP_GRACE: '60' }, /STOP_GRACE must be a whole number from 0 to 20/],
  ])('refuses %s', (_, env, words) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(words)])
  })

  it('has mail only where it is told a server', () => {
    expect(configOf()).toMatchObject({ smtp: null, deskMail: null, reminderDays: 3 })
    const env = { SMTP_URL: 'smtps://desk:Jq3vT9xLw7Zr@mail.example.org', MAIL_FROM: 'desk@example.org' }
    expect(configOf({ ...env, DESK_MAIL: 'us@example.org', REMINDER_DAYS: '0' })).toMatchObject({
      smtp: { url: env.SMTP_URL, from: env.MAIL_FROM },
      deskMail: 'us@example.org',
      reminderDays: 0,
    })
    expect(configOf({ MAIL_FROM: 'desk@example.org' }).smtp).toBeNull()
  })

  it.each([
    ['a server without a sender', { SMTP_URL: 'smtp://mail.example.org' }, /MAIL_FROM must be set/],
    [
      'another kind of server',
      { SMTP_URL: 'https://mail.example.org', MAIL_FROM: 'a@b.example' },
      /SMTP_URL must/,
    ],
    ['a path', { SMTP_URL: 'smtp://mail.example.org/x', MAIL_FROM: 'a@b.example' }, /SMTP_URL must/],
    ['options', { SMTP_URL: 'smtp://mail.example.org?tls=no', MAIL_FROM: 'a@b.example' }, /SMTP_URL must/],
    [
      'half of user and password',
      { SMTP_URL: 'smtp://u@mail.example.org', MAIL_FROM: 'a@b.example' },
      /SMTP_URL must/,
    ],
    [
      'a known password',
      { SMTP_URL: 'smtp://u:changeme@mail.example.org', MAIL_FROM: 'a@b.example' },
      /SMTP_URL has/,
    ],
    ['two senders', { MAIL_FROM: 'a@b.example, c@d.example' }, /MAIL_FROM must be one/],
    ['a desk without an address', { DESK_MAIL: 'the desk' }, /DESK_MAIL must be one/],
    ['a long wait', { REMINDER_DAYS: '31' }, /REMINDER_DAYS/],
  ])('refuses mail with %s, and repeats no word of it', (_, env, words) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(words)])
    expect(problemsOf(env).join()).not.toMatch(/mail\.example|changeme|b\.example/)
  })

  it.each([
    ['smtp://127.0.0.1', false, true],
    ['smtp://[::1]:25', false, true],
    ['smtp://localhost', false, true],
    ['smtp://mail', false, false],
    ['smtp://mail', true, true],
    ['smtp://mail.post.svc', true, true],
    ['smtp://10.0.0.9', true, true],
    ['smtp://8.8.8.8', true, false],
    ['smtp://smtp.example.org', true, false],
  ])('mail to %s with a closed network %s may be plain: %s', (url, closed, plain) => {
    expect(mayMailPlain(url, closed)).toBe(plain)
  })

  it('has metrics only where it is told a port', () => {
    expect(configOf({ METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, host: '127.0.0.1' })
    expect(configOf({ METRICS_PORT: '9464', METRICS_HOST: '10.0.0.4' }).metrics?.host).toBe('10.0.0.4')
    expect(configOf({ METRICS_PORT: '0' }).metrics).toBeNull()
  })

  it('has one row for each setting', () => {
    expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length)
  })
})
