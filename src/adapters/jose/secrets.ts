/**
 * Secrets handed to people. Links carry 256 random bits, of which a plain hash is kept; codes are short enough to
 * type, so what is kept of them is Argon2id (RFC 9106), as text:
 *
 *     argon2id$v=19$m=19456,t=2,p=1$<salt, base64url of 16 bytes>$<tag, base64url of 32 bytes>
 *
 * Two codes are stretched at a time and 32 may wait; a crowd of guesses is told to come back.
 */
import { argon2, createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import { createGate } from '#domain/gate.ts'
import type { Secrets } from '#ports/secrets.ts'

/** 32 letters. Of the look-alikes 0 O and 1 I L only L is left, and whatever is typed for it is read as L. */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const codeLength = 8
const longestTyped = 64

const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32
const stretchedShape =
  /^argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/
const dearest = { memory: 65_536, passes: 8, parallelism: 4 } as const

const atOnce = 2
const mostWaiting = 32

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

/** What a person typed, as the code it stands for: no spaces or dashes, capitals, look-alikes as they were meant. */
const meant = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
    .replace(/[1I]/g, 'L')

const runArgon2 = (
  message: string,
  salt: Uint8Array,
  { memory, passes, parallelism }: Cost,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parameters = { message, nonce: salt, memory, passes, parallelism, tagLength: tagBytes }
    argon2('argon2id', parameters, (failure, tag) => (failure === null ? resolve(tag) : reject(failure)))
  })

/** Runs at most `atOnce` at a time, in order, while no more than `mostWaiting` wait. */
const createQueue = (): (<Result>(run: () => Promise<Result>) => Promise<Result>) => {
  const gate = createGate(atOnce)
  return async (run) => {
    if (gate.waiting() >= mostWaiting) throw new Fault('rate.limited', { facts: { seconds: 2 } })
    return gate.run(run)
  }
}

const readStretched = (stretched: Uint8Array): { cost: Cost; salt: Buffer; tag: Buffer } => {
  const text = stretched.byteLength <= 256 ? Buffer.from(stretched).toString('latin1') : ''
  const [, m, t, p, salt = '', tag = ''] = stretchedShape.exec(text) ?? []
  const asked: Cost = { memory: Number(m), passes: Number(t), parallelism: Number(p) }
  const allowed = (name: keyof Cost): boolean => asked[name] >= 1 && asked[name] <= dearest[name]
  if (
    !allowed('memory') ||
    !allowed('passes') ||
    !allowed('parallelism') ||
    asked.memory < 8 * asked.parallelism
  )
    throw new Fault('store.damaged')
  return { cost: asked, salt: Buffer.from(salt, 'base64url'), tag: Buffer.from(tag, 'base64url') }
}

/**
 * Builds the secrets of one process. `stretch` and `matches` reject with `rate.limited` when too many wait, and
 * `matches` with `store.damaged` for bytes that `stretch` never made.
 */
export const createSecrets = (): Secrets => {
  const inTurn = createQueue()
  return {
    token: () => randomBytes(32).toString('base64url'),
    hash: (token) => createHash('sha256').update(token, 'utf8').digest(),
    code: () =>
      Array.from({ length: codeLength }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
    stretch: async (code) => {
      const salt = randomBytes(saltBytes)
      const tag = await inTurn(() => runArgon2(meant(code), salt, cost))
      const { memory, passes, parallelism } = cost
      const head = `argon2id$v=19$m=${memory},t=${passes},p=${parallelism}`
      return Buffer.from(`${head}$${salt.toString('base64url')}$${tag.toString('base64url')}`, 'latin1')
    },
    matches: async (code, stretched) => {
      const kept = readStretched(stretched)
      if (code.length > longestTyped) return false
      const tag = await inTurn(() => runArgon2(meant(code), kept.salt, kept.cost))
      return timingSafeEqual(tag, kept.tag)
    },
  }
}
