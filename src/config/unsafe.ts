/**
 * Settings that are well-formed and dangerous: connections in the clear, and secrets everybody knows. Each is
 * refused with what to do instead. A message names the setting, never its value.
 */
import { isIP } from 'node:net'
import type { Config } from './read-config.ts'

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/

/** True for an address that does not leave this machine. */
export const isLoopback = (host: string): boolean => loopback.test(host)

/** RFC 1918, RFC 4193, RFC 6598 and link-local addresses: where a closed network may be. */
const closedAddress =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd]|fe80)/i

const isPublicAddress = (host: string): boolean => {
  const plain = host.replace(/^\[|\]$/g, '')
  return isIP(plain) !== 0 && !closedAddress.test(plain)
}

/** What manuals, images and examples have as a password. Longer chance words that begin alike do not match. */
const known = [
  /^(minio|minioadmin|minio123|rootpass|root|admin|administrator|postgres|redis|gateway|default|guest|user)\d{0,4}$/i,
  /^(change|replace)[-_ ]?(me|this|it)?.{0,12}$/i,
  /^(my|your|the|a|s3|db|redis|postgres|super)?[-_ ]?(pass|passwd|password|secret|secretkey|key|token)[-_ ]?.{0,4}$/i,
  /^(test|testing|example|sample|demo|dummy|dev|foo|foobar|letmein|qwerty|welcome|none|null|todo)[-_ ]?.{0,8}$/i,
  /^second[-_ ]?read.{0,4}$/i,
  /EXAMPLE(KEY)?$/,
  /^(.)\1*$/,
  /^\d{1,10}$/,
]

const isKnown = (secret: string): boolean => known.some((shape) => shape.test(secret))

/** The parts of a database or queue address; null when it is none. The driver also takes an empty host. */
const addressOf = (text: string): URL | null => {
  const url = text.replace('@/', '@localhost/')
  return URL.canParse(url) ? new URL(url) : null
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const secretProblems = (setting: string, user: string, secret: string): string[] => {
  if (secret === '') return []
  if (isKnown(secret)) return [`${setting} has a password from a manual or example: make one of your own.`]
  return secret === user ? [`${setting} has a password that is also the name of its user: make another.`] : []
}

/** What is wrong with reaching `host` in the clear; none when it is this machine, or a closed network by choice. */
const plainProblems = (setting: string, host: string, plainInternal: boolean, remedy: string): string[] => {
  if (isLoopback(host)) return []
  if (!plainInternal)
    return [
      `${setting} would cross a network in the clear: ${remedy}, or set ALLOW_PLAIN_INTERNAL=yes when it is a closed network of yours (compose, Kubernetes).`,
    ]
  return isPublicAddress(host)
    ? [`${setting} is a public address, which is no closed network: ${remedy}.`]
    : []
}

const databaseProblems = ({ databaseUrl, plainInternal }: Config): string[] => {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) return []
  const url = addressOf(databaseUrl)
  if (url === null) return ['DATABASE_URL is not an address such as postgres://user@host/database.']
  const host = decode(url.searchParams.get('host') ?? url.hostname)
  const mode = url.searchParams.get('sslmode') ?? ''
  const safe = host === '' || host.startsWith('/') || /^(require|verify-ca|verify-full)$/.test(mode)
  return [
    ...(safe ? [] : plainProblems('DATABASE_URL', host, plainInternal, 'add sslmode=verify-full')),
    ...secretProblems('DATABASE_URL', decode(url.username), decode(url.password)),
  ]
}

const redisProblems = ({ redis, plainInternal }: Config): string[] => {
  const url = redis === null ? null : addressOf(redis.url)
  if (url === null) return []
  const plain = url.protocol === 'redis:'
  return [
    ...(plain ? plainProblems('REDIS_URL', decode(url.hostname), plainInternal, 'use rediss://') : []),
    ...secretProblems('REDIS_URL', decode(url.username), decode(url.password)),
  ]
}

const s3Problems = ({ s3, plainInternal }: Config): string[] => {
  if (s3 === null) return []
  const url = s3.endpoint !== null && URL.canParse(s3.endpoint) ? new URL(s3.endpoint) : null
  const { accessKeyId, secretAccessKey } = s3
  return [
    ...(url?.protocol === 'http:'
      ? plainProblems('S3_ENDPOINT', url.hostname, plainInternal, 'use https://')
      : []),
    ...(url !== null && (url.username || url.password)
      ? ['S3_ENDPOINT must not hold a name or password: use S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.']
      : []),
    ...(accessKeyId !== null && isKnown(accessKeyId)
      ? ['S3_ACCESS_KEY_ID is from a manual or example: make a key of your own.']
      : []),
    ...secretProblems('S3_SECRET_ACCESS_KEY', accessKeyId ?? '', secretAccessKey ?? ''),
  ]
}

/** Clamd speaks no TLS, and gets every file in the clear. */
const clamdProblems = ({ malwareScan, plainInternal }: Config): string[] =>
  typeof malwareScan === 'object' && 'host' in malwareScan.clamd
    ? plainProblems('CLAMD', malwareScan.clamd.host, plainInternal, 'use a socket of this machine')
    : []

/** True for an address of a mail server as `SMTP_URL` takes it. */
export const isSmtpUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null
  return (
    url !== null &&
    /^smtps?:$/.test(url.protocol) &&
    url.hostname !== '' &&
    /^\/?$/.test(url.pathname) &&
    url.search === '' &&
    url.hash === '' &&
    (url.username === '') === (url.password === '')
  )
}

/** Names that only a closed network has: of one word, or under an ending that is nobody's on the internet. */
const closedName = /^[^.]+$|\.(svc|local|internal|lan|home\.arpa)$/i

/**
 * Whether mail may go to this server in the clear: it is this machine, or a closed network by choice. A mail server is
 * often somebody else's even where all the rest is on a closed network, so its name has to say that it is not.
 */
export const mayMailPlain = (smtpUrl: string, plainInternal: boolean): boolean => {
  const host = new URL(smtpUrl).hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(host)) return true
  return plainInternal && (isIP(host) === 0 ? closedName.test(host) : !isPublicAddress(host))
}

/** Both kinds of address speak TLS or nothing is sent, so only the password can be wrong. */
const smtpProblems = ({ smtp }: Config): string[] => {
  const url = smtp === null ? null : addressOf(smtp.url)
  return url === null ? [] : secretProblems('SMTP_URL', decode(url.username), decode(url.password))
}

const pushProblems = ({ pushTargets, plainInternal }: Config): string[] =>
  pushTargets.flatMap(({ url, user, secret }) => [
    ...(url.startsWith('http:')
      ? plainProblems('PUSH_TARGETS', new URL(url).hostname, plainInternal, 'use https://')
      : []),
    ...secretProblems('PUSH_TARGETS', user, secret),
  ])

const hostProblems = ({ host, publicUrl }: Config): string[] =>
  publicUrl.startsWith('http:') && !isLoopback(host)
    ? [
        'HOST lets other machines in while PUBLIC_URL is plain http: set an https PUBLIC_URL with a proxy that speaks TLS in front, or listen on 127.0.0.1.',
      ]
    : []

/** Programs of one origin share what a browser keeps for it: another there could read on in a reader's name. */
const viewerProblems = ({ ohifUrl, publicUrl }: Config): string[] =>
  ohifUrl !== null && publicUrl !== '' && new URL(ohifUrl).origin === publicUrl
    ? ['OHIF_URL must be at another origin than PUBLIC_URL: give the viewer a host name of its own.']
    : []

/** Every danger, in words; none when there is nothing to say. */
export const unsafeSettings = (config: Config): readonly string[] => [
  ...hostProblems(config),
  ...databaseProblems(config),
  ...redisProblems(config),
  ...s3Problems(config),
  ...clamdProblems(config),
  ...pushProblems(config),
  ...smtpProblems(config),
  ...viewerProblems(config),
]
