/**
 * Connections to Redis. Those that add jobs fail within two seconds when Redis is gone, so that a request never
 * waits for it; those that run jobs wait and come back by themselves. `rediss://` checks the certificate.
 */
import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'

/** How long somebody who adds a job, or asks whether Redis is there, waits for it. */
const patienceMs = 2_000

/**
 * BullMQ notes every step of a job in a stream, for listeners that do not exist here, and trims late: a finished
 * job would leave its id behind. Put before each of its scripts, this leaves the notes out.
 */
const forgetEvents = `
local redis = setmetatable({
  call = function(command, ...) if command ~= 'XADD' then return redis.call(command, ...) end end
}, { __index = redis })
`

/** A client whose scripts, and those of its duplicates, leave no events. `live` has every one that was made. */
class ForgetfulRedis extends Redis {
  readonly #live: Set<Redis>

  constructor(options: RedisOptions, live: Set<Redis>) {
    super({ ...options, replyMapping: 'legacy' })
    this.#live = live
    live.add(this)
    this.once('end', () => live.delete(this))
    // Without a listener a connection that breaks would be written to the console; whoever waits is told.
    this.on('error', () => {})
  }

  override defineCommand(name: string, definition: Parameters<Redis['defineCommand']>[1]): void {
    super.defineCommand(name, { ...definition, lua: `${forgetEvents}${definition.lua}` })
  }

  override duplicate(options: Partial<RedisOptions> = {}): Redis {
    return new ForgetfulRedis({ ...this.options, ...options }, this.#live)
  }
}

const firstMs = 100
const mostMs = 2_000

/** The pause before the next try to connect: doubles, and differs between processes. */
const retryMs = (times: number): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(times, 10)) * (0.5 + Math.random() / 2)

/**
 * Where a URL leads, as ioredis wants it. Only host, port, name, password and database number are read.
 * @throws Error when it is not the address of a Redis.
 */
export const readRedisUrl = (text: string): RedisOptions => {
  const url = URL.canParse(text) ? new URL(text) : null
  const database = url?.pathname.replace(/^\//, '') ?? ''
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || !/^\d{0,3}$/.test(database))
    throw new Error('the address of Redis must look like redis://host:6379 or rediss://host:6379/0')
  if (url.search !== '' || url.hash !== '') throw new Error('the address of Redis must have nothing after it')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    db: Number(database || 0),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: { rejectUnauthorized: true } } : {}),
    connectTimeout: 5_000,
    keepAlive: 10_000,
    retryStrategy: retryMs,
    // After a failover the old address may lead to a replica for a while: say it again to the new one.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  }
}

/** For what must not wait: an unanswered command fails, and none is kept for later. */
const hasty: RedisOptions = {
  connectTimeout: patienceMs,
  commandTimeout: patienceMs,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  // A server that is silent for this long is looked for anew.
  socketTimeout: 2 * patienceMs,
}

/** For workers: commands wait until Redis is back. */
const patient: RedisOptions = {
  maxRetriesPerRequest: null,
  // A worker's longest question is ten seconds; a connection silent for longer is dead.
  socketTimeout: 15_000,
}

export type RedisConnections = {
  /** For adding and asking. Connects at once, and again whenever it was lost. */
  readonly hasty: Redis
  /** Another for workers, which make duplicates of it. */
  openPatient(): Redis
  /** Ends every connection, also those of workers that did not end by themselves. */
  close(): Promise<void>
}

/**
 * Opens connections to one Redis; resolves nothing yet, also when Redis is not there.
 * @throws Error when `url` is not the address of a Redis.
 */
export const openRedis = (url: string): RedisConnections => {
  const where = readRedisUrl(url)
  const live = new Set<Redis>()
  return {
    hasty: new ForgetfulRedis({ ...where, ...hasty }, live),
    openPatient: () => new ForgetfulRedis({ ...where, ...patient }, live),
    close: async () => {
      for (const client of live) client.disconnect()
    },
  }
}

/** Resolves when the client is connected; at once when it is. @throws Error when it is not within two seconds. */
export const waitForRedis = async (client: Redis): Promise<void> => {
  if (client.status === 'ready') return
  if (client.status === 'reconnecting' || client.status === 'end') throw new Error('redis is not connected')
  await once(client, 'ready', { signal: AbortSignal.timeout(patienceMs) })
}

/** True when Redis answers within two seconds. */
export const isRedisAlive = async (client: Redis): Promise<boolean> => {
  try {
    await waitForRedis(client)
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  }
}
