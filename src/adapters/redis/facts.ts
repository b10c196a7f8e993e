/** What a Redis says about itself, and what of it would lose jobs: asked once, by whoever checks a set-up. */
import type { Redis } from 'ioredis'
import { isRedisAlive, openRedis } from './connection.ts'

export type RedisFacts = {
  readonly version: string
  /** What Redis does when its memory is full; empty when it does not say. */
  readonly maxmemoryPolicy: string
  readonly appendOnly: boolean
  readonly role: string
  /** The server's clock less ours, milliseconds; as exact as half of one round trip. */
  readonly skewMs: number
  /** What to change, in words; none when all is well. */
  readonly warnings: readonly string[]
}

const readSkew = async (client: Redis): Promise<number> => {
  const before = Date.now()
  const [seconds, micros] = await client.time()
  return Number(seconds) * 1_000 + Number(micros) / 1_000 - (before + Date.now()) / 2
}

const oldest = [6, 2] as const

const isOlder = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1])
}

/** Null when Redis does not answer. @throws Error when `url` is not the address of a Redis. */
export const readRedisFacts = async (url: string): Promise<RedisFacts | null> => {
  const connections = openRedis(url)
  try {
    if (!(await isRedisAlive(connections.hasty))) return null
    const info = await connections.hasty.info()
    const fieldOf = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
    const facts = {
      version: fieldOf('redis_version'),
      maxmemoryPolicy: fieldOf('maxmemory_policy'),
      appendOnly: fieldOf('aof_enabled') === '1',
      role: fieldOf('role'),
      skewMs: await readSkew(connections.hasty),
    }
    const warnings = [
      ...(facts.maxmemoryPolicy === 'noeviction'
        ? []
        : ['Redis may drop jobs when its memory is full: set maxmemory-policy to noeviction.']),
      ...(isOlder(facts.version)
        ? [`Redis ${facts.version} is too old: ${oldest.join('.')} is the oldest.`]
        : []),
      ...(facts.role === 'master' || facts.role === ''
        ? []
        : ['This Redis is a replica and takes no jobs: use the address of its primary.']),
    ]
    return { ...facts, warnings }
  } catch {
    return null
  } finally {
    await connections.close()
  }
}
