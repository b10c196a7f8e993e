/**
 * Configuration: the environment read once, whole and pure. Every problem is reported at the same time, in
 * words, unsafe ones (`unsafe.ts`) with the rest; what is not set has the default of `settings.ts`.
 */
import { isMailAddress } from '#domain/letter.ts'
import { type MalwareScan, readClamd } from './malware-scan.ts'
import { ohifUrlForm, readOhifUrl } from './ohif-url.ts'
import { type PushTarget, readPushTargets } from './push-targets.ts'
import { type SettingName, settings } from './settings.ts'
import { isLoopback, isSmtpUrl, unsafeSettings } from './unsafe.ts'

export const roleNames = ['intake', 'portal', 'worker'] as const
export type Role = (typeof roleNames)[number]

export type S3Config = {
  readonly bucket: string
  readonly endpoint: string | null
  readonly region: string
  /** Both null: whatever the SDK finds on the machine. */
  readonly accessKeyId: string | null
  readonly secretAccessKey: string | null
  readonly pathStyle: boolean
  /** Empty, or ends with a slash. */
  readonly prefix: string
  readonly sse: null | 'AES256' | 'aws:kms'
  readonly sseKey: string | null
}

export type Config = {
  readonly host: string
  readonly port: number
  /** Where people reach this gateway; issuer of every token. No slash at its end. */
  readonly publicUrl: string
  readonly roles: ReadonlySet<Role>
  readonly databaseUrl: string
  readonly keysFolder: string
  readonly objectsFolder: string
  /** Null keeps objects in `objectsFolder`. */
  readonly s3: S3Config | null
  /** Null keeps the queue in PostgreSQL. */
  readonly redis: { readonly url: string; readonly prefix: string } | null
  /** Plain connections to ledger, queue and store are somebody's decision. */
  readonly plainInternal: boolean
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly logLevel: 'info' | 'warn' | 'error'
  /** Packs a worker looks into at the same time. */
  readonly workerConcurrency: number
  /** Isolated parsers of a worker. */
  readonly inspectors: number
  readonly malwareScan: MalwareScan
  /** Proxies of ours in front of the server: whose word on a client's address counts. */
  readonly proxies: number
  /** How long a server that is to stop answers 503 at least, milliseconds. */
  readonly stopGraceMs: number
  /** Whether senders must agree before a byte, or are asked by the page alone. */
  readonly consent: 'asked' | 'required'
  /** Null keeps letters for the desk to read. */
  readonly smtp: { readonly url: string; readonly from: string } | null
  readonly deskMail: string | null
  /** 0 never reminds. */
  readonly reminderDays: number
  readonly pushTargets: readonly PushTarget[]
  /** Without a slash at its end; null offers readers none. */
  readonly ohifUrl: string | null
  readonly institution: string
  readonly contact: string
}

/** What is wrong, in words; and the folders, which can be looked at all the same. */
export type ConfigProblems = {
  readonly problems: readonly string[]
  readonly keysFolder: string
  readonly objectsFolder: string
  readonly s3: S3Config | null
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads single settings and gathers what is wrong with them. */
const reader = (env: Env) => {
  const problems: string[] = []
  const optional = (name: SettingName): string =>
    env[name]?.trim() || (settings.find((setting) => setting.name === name)?.fallback ?? '')
  const text = (name: SettingName): string => {
    const value = optional(name)
    if (value === '') problems.push(`${name} is not set.`)
    return value
  }
  const whole = (name: SettingName, least: number, most: number): number => {
    const value = text(name)
    const number = Number(value)
    if (/^\d{1,6}$/.test(value) && number >= least && number <= most) return number
    problems.push(`${name} must be a whole number from ${least} to ${most}.`)
    return least
  }
  const oneOf = <const Word extends string>(name: SettingName, words: readonly Word[]): Word => {
    const value = optional(name)
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    const named = words.filter((word) => word !== '')
    const last = named.at(-1) ?? ''
    const list = named.length > 1 ? `${named.slice(0, -1).join(', ')} or ${last}` : last
    problems.push(`${name} must be ${list}${words.some((word) => word === '') ? ', or empty' : ''}.`)
    return words[0] as Word
  }
  return { problems, optional, text, whole, oneOf }
}

type Reader = ReturnType<typeof reader>

const readPublicUrl = (env: Env, { problems }: Reader): string => {
  const value = env['PUBLIC_URL']?.trim() || `http://127.0.0.1:${env['PORT']?.trim() || '8080'}`
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    problems.push('PUBLIC_URL must be an address such as https://records.example.org, with nothing after it.')
  else if (url.username || url.password) problems.push('PUBLIC_URL must not hold a name or password.')
  else if (url.protocol === 'http:' && !isLoopback(url.hostname))
    problems.push('PUBLIC_URL must begin with https: records must not cross a network in the clear.')
  return url?.origin ?? ''
}

const readRoles = ({ problems, text }: Reader): Set<Role> => {
  const named = text('ROLES')
    .split(',')
    .map((role) => role.trim())
  if (named.length === 1 && named[0] === 'all') return new Set(roleNames)
  const known = roleNames.filter((role) => named.includes(role))
  if (known.length !== new Set(named).size)
    problems.push('ROLES may name intake, portal and worker only, or be all.')
  return new Set(known)
}

const readDatabaseUrl = ({ problems, text }: Reader): string => {
  const value = text('DATABASE_URL')
  if (value !== '' && !/^postgres(ql)?:\/\//.test(value))
    problems.push('DATABASE_URL must begin with postgres://.')
  return value
}

const readS3 = ({ problems, optional, text, oneOf }: Reader): S3Config | null => {
  const bucket = optional('S3_BUCKET')
  const endpoint = optional('S3_ENDPOINT')
  const accessKeyId = optional('S3_ACCESS_KEY_ID')
  const secretAccessKey = optional('S3_SECRET_ACCESS_KEY')
  const prefix = optional('S3_PREFIX')
  const style = oneOf('S3_PATH_STYLE', ['', 'true', 'false'])
  const sse = oneOf('S3_SSE', ['', 'AES256', 'aws:kms'])
  const sseKey = optional('S3_SSE_KEY')
  if (bucket === '' && (endpoint !== '' || accessKeyId !== '' || secretAccessKey !== ''))
    problems.push('S3_BUCKET must be set when another S3 setting is.')
  if (bucket !== '' && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    problems.push(
      'S3_BUCKET must be the name of a bucket: 3 to 63 lower-case letters, digits, dots, hyphens.',
    )
  if (endpoint !== '' && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)))
    problems.push('S3_ENDPOINT must be an address such as https://s3.example.org.')
  if ((accessKeyId === '') !== (secretAccessKey === ''))
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together, or neither.')
  if (!/^([A-Za-z0-9_-]+\/)*$/.test(prefix) || prefix.length > 200)
    problems.push('S3_PREFIX must be empty or words that end with a slash, such as second-read/.')
  if (sseKey !== '' && sse !== 'aws:kms') problems.push('S3_SSE_KEY has a meaning only with S3_SSE=aws:kms.')
  if (bucket === '') return null
  return {
    bucket,
    endpoint: endpoint || null,
    region: text('S3_REGION'),
    accessKeyId: accessKeyId || null,
    secretAccessKey: secretAccessKey || null,
    pathStyle: style === '' ? endpoint !== '' : style === 'true',
    prefix,
    sse: sse || null,
    sseKey: sseKey || null,
  }
}

const readRedis = ({ problems, optional, text }: Reader): Config['redis'] => {
  const url = optional('REDIS_URL')
  const prefix = text('REDIS_PREFIX')
  // BullMQ puts its own colons between the parts of a key; on a cluster the braces keep a queue on one node.
  if (!/^[A-Za-z0-9{}_-]{1,64}$/.test(prefix))
    problems.push('REDIS_PREFIX must be letters, digits, hyphens and braces.')
  if (url === '') return null
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url))
    problems.push('REDIS_URL must be an address that begins with rediss:// or redis://.')
  return { url, prefix }
}

const readMetrics = ({ text, whole }: Reader): Config['metrics'] => {
  const port = whole('METRICS_PORT', 0, 65_535)
  return port === 0 ? null : { port, host: text('METRICS_HOST') }
}

const readMalwareScan = ({ problems, optional, oneOf }: Reader): MalwareScan => {
  const clamd = optional('CLAMD')
  const rule = oneOf('MALWARE_SCAN', ['', 'required', 'none'])
  const at = readClamd(clamd)
  if (clamd !== '' && at === null)
    problems.push('CLAMD must be the path of a socket, such as /run/clamav/clamd.ctl, or host:port.')
  if (clamd === '' && rule === 'required') problems.push('MALWARE_SCAN=required needs CLAMD.')
  if (rule === 'none') return 'none'
  return at === null ? 'undecided' : { clamd: at }
}

const readMailAddress = ({ problems, optional }: Reader, name: 'MAIL_FROM' | 'DESK_MAIL'): string | null => {
  const address = optional(name)
  if (address !== '' && !isMailAddress(address))
    problems.push(`${name} must be one plain address, such as desk@hospital.example.`)
  return address || null
}

const readSmtp = (read: Reader): Config['smtp'] => {
  const { problems, optional } = read
  const url = optional('SMTP_URL')
  const from = readMailAddress(read, 'MAIL_FROM')
  if (url === '') return null
  if (!isSmtpUrl(url))
    problems.push('SMTP_URL must be smtps:// or smtp:// with a host, and with user and password or neither.')
  if (from === null) problems.push('MAIL_FROM must be set when SMTP_URL is.')
  return { url, from: from ?? '' }
}

const readTargets = ({ problems, optional }: Reader): readonly PushTarget[] => {
  const targets = readPushTargets(optional('PUSH_TARGETS'))
  if (targets === null)
    problems.push(
      'PUSH_TARGETS must be names with addresses, such as pacs=https://user:secret@host/dicom-web, each name once.',
    )
  return targets ?? []
}

const readOhif = ({ problems, optional }: Reader): string | null => {
  const text = optional('OHIF_URL')
  const url = readOhifUrl(text)
  if (text !== '' && url === null) problems.push(ohifUrlForm)
  return url
}

/** Reads `env`. Nothing is opened or made. */
export const readConfig = (env: Env): Config | ConfigProblems => {
  const read = reader(env)
  const { problems, text, whole, oneOf } = read
  const config: Config = {
    host: text('HOST'),
    port: whole('PORT', 1, 65_535),
    publicUrl: readPublicUrl(env, read),
    roles: readRoles(read),
    databaseUrl: readDatabaseUrl(read),
    keysFolder: text('KEYS_DIR'),
    objectsFolder: text('OBJECTS_DIR'),
    s3: readS3(read),
    redis: readRedis(read),
    plainInternal: oneOf('ALLOW_PLAIN_INTERNAL', ['', 'no', 'yes']) === 'yes',
    metrics: readMetrics(read),
    logLevel: oneOf('LOG_LEVEL', ['info', 'warn', 'error']),
    workerConcurrency: whole('WORKER_CONCURRENCY', 1, 16),
    inspectors: whole('INSPECTORS', 1, 16),
    malwareScan: readMalwareScan(read),
    proxies: whole('PROXIES', 0, 8),
    stopGraceMs: whole('STOP_GRACE', 0, 20) * 1_000,
    consent: oneOf('CONSENT', ['asked', 'required']),
    smtp: readSmtp(read),
    deskMail: readMailAddress(read, 'DESK_MAIL'),
    reminderDays: whole('REMINDER_DAYS', 0, 30),
    pushTargets: readTargets(read),
    ohifUrl: readOhif(read),
    institution: text('INSTITUTION'),
    contact: text('CONTACT'),
  }
  problems.push(...unsafeSettings(config))
  const { keysFolder, objectsFolder, s3 } = config
  return problems.length > 0 ? { problems, keysFolder, objectsFolder, s3 } : Object.freeze(config)
}
