/**
 * Configuration: the environment read once, whole and pure. Every problem is reported at the same time, in
 * words; what is not set has the default of `settings`, which is also the table in the README.
 */

export const roleNames = ['intake', 'portal'] as const
export type Role = (typeof roleNames)[number]

export type Config = {
  readonly host: string
  readonly port: number
  /** Where people reach this gateway; issuer of every token. No slash at its end. */
  readonly publicUrl: string
  readonly roles: ReadonlySet<Role>
  readonly databaseUrl: string
  readonly keysFolder: string
  readonly objectsFolder: string
  readonly logLevel: 'info' | 'warn' | 'error'
  /** Packs a worker looks into at the same time. */
  readonly workerConcurrency: number
  /** Isolated parsers of a worker. */
  readonly inspectors: number
  /** Proxies of ours in front of the server: whose word on a client's address counts. */
  readonly proxies: number
  readonly institution: string
  readonly contact: string
}

export type Setting = { readonly name: string; readonly fallback: string; readonly meaning: string }

/** Every setting there is; an empty default means that it must be set. */
export const settings = [
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'Address the server listens on' },
  { name: 'PORT', fallback: '8080', meaning: 'Port the server listens on' },
  {
    name: 'PUBLIC_URL',
    fallback: 'http://127.0.0.1:8080',
    meaning: 'Where people reach the gateway, `https` unless it is this machine; follows `PORT` when not set',
  },
  {
    name: 'ROLES',
    fallback: 'intake,portal',
    meaning: 'What this server does: `intake` takes records, `portal` serves desk and readers',
  },
  { name: 'DATABASE_URL', fallback: '', meaning: 'PostgreSQL 15 or newer; `./scripts/start` brings its own' },
  { name: 'KEYS_DIR', fallback: './data/keys', meaning: 'Folder of the key ring, for its owner only' },
  { name: 'OBJECTS_DIR', fallback: './data/objects', meaning: 'Folder of the sealed packs' },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: '`info`, `warn` or `error`' },
  { name: 'WORKER_CONCURRENCY', fallback: '2', meaning: 'Packs a worker looks into at once, 1 to 16' },
  { name: 'INSPECTORS', fallback: '1', meaning: 'Isolated parsers of a worker, 1 to 16' },
  {
    name: 'PROXIES',
    fallback: '0',
    meaning: 'Proxies of yours in front of the server, 0 to 8; tries are counted by client address',
  },
  { name: 'INSTITUTION', fallback: 'Second-opinion desk', meaning: 'Name on bundles' },
  { name: 'CONTACT', fallback: 'the desk that sent you the link', meaning: 'Whom a reader of a bundle asks' },
] as const satisfies readonly Setting[]

type Name = (typeof settings)[number]['name']

/** `DATA_DIR` belongs to `./scripts/start` alone: it puts keys, objects and its own PostgreSQL below it. */
export const trialSetting: Setting = {
  name: 'DATA_DIR',
  fallback: './data',
  meaning: '`./scripts/start` only: keys, packs and its own PostgreSQL lie below it',
}

export type ConfigProblems = { readonly problems: readonly string[] }

const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/

/** Reads `env`. Nothing is opened or made. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config | ConfigProblems => {
  const problems: string[] = []
  const text = (name: Name): string => {
    const fallback = settings.find((setting) => setting.name === name)?.fallback ?? ''
    const value = env[name]?.trim() || fallback
    if (value === '') problems.push(`${name} is not set.`)
    return value
  }
  const whole = (name: Name, least: number, most: number): number => {
    const value = text(name)
    const number = Number(value)
    if (/^\d{1,6}$/.test(value) && number >= least && number <= most) return number
    problems.push(`${name} must be a whole number from ${least} to ${most}.`)
    return least
  }
  const publicUrl = (): string => {
    const own = `http://127.0.0.1:${env['PORT']?.trim() || '8080'}`
    const value = env['PUBLIC_URL']?.trim() || own
    const url = URL.canParse(value) ? new URL(value) : null
    if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
      problems.push(
        'PUBLIC_URL must be an address such as https://records.example.org, with nothing after it.',
      )
    else if (url.username || url.password) problems.push('PUBLIC_URL must not hold a name or password.')
    else if (url.protocol === 'http:' && !loopback.test(url.hostname))
      problems.push('PUBLIC_URL must begin with https: records must not cross a network in the clear.')
    return url?.origin ?? ''
  }
  const roles = (): Set<Role> => {
    const named = text('ROLES')
      .split(',')
      .map((role) => role.trim())
    const known = roleNames.filter((role) => named.includes(role))
    if (known.length !== new Set(named).size) problems.push(`ROLES may name ${roleNames.join(' and ')} only.`)
    return new Set(known)
  }
  const logLevel = (): Config['logLevel'] => {
    const value = text('LOG_LEVEL')
    if (value === 'info' || value === 'warn' || value === 'error') return value
    problems.push('LOG_LEVEL must be info, warn or error.')
    return 'info'
  }
  const databaseUrl = (): string => {
    const value = text('DATABASE_URL')
    if (value !== '' && !/^postgres(ql)?:\/\//.test(value))
      problems.push('DATABASE_URL must begin with postgres://.')
    return value
  }
  const config: Config = {
    host: text('HOST'),
    port: whole('PORT', 1, 65_535),
    publicUrl: publicUrl(),
    roles: roles(),
    databaseUrl: databaseUrl(),
    keysFolder: text('KEYS_DIR'),
    objectsFolder: text('OBJECTS_DIR'),
    logLevel: logLevel(),
    workerConcurrency: whole('WORKER_CONCURRENCY', 1, 16),
    inspectors: whole('INSPECTORS', 1, 16),
    proxies: whole('PROXIES', 0, 8),
    institution: text('INSTITUTION'),
    contact: text('CONTACT'),
  }
  return problems.length > 0 ? { problems } : Object.freeze(config)
}
