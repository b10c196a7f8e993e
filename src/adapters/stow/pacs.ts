/**
 * A PACS by STOW-RS (PS3.18 §10.5): instances go as parts of one body whose length is told before its first byte, and
 * none of them is held. Every request has a connection of its own: one that was kept may be dead, and would look like
 * a PACS that is down.
 */
import { randomBytes } from 'node:crypto'
import { type ClientRequest, request as plainRequest } from 'node:http'
import { request as safeRequest } from 'node:https'
import { Fault } from '#domain/fault.ts'
import { freeBytes } from '#domain/free-bytes.ts'
import type { Pacs, PacsInstance } from '#ports/pacs.ts'
import { readStored } from './reply.ts'

export type StowTarget = {
  readonly name: string
  /** Without a slash at its end. */
  readonly url: string
  /** Both empty for none. */
  readonly user: string
  readonly secret: string
}

/** Without a byte in either direction for so long nobody is there; a PACS writes all of it down before it answers. */
const quietMs = 120_000

/** A few hundred bytes for each instance. */
const mostReply = 4_194_304

type Reply = { readonly status: number; readonly body: Buffer }

const lineEnd = '\r\n'

const headOf = (boundary: string, { length }: PacsInstance, first: boolean): Buffer => {
  // No transfer syntax: the object says its own, and one PACS passes over every part that has the parameter.
  const lines = [`--${boundary}`, 'Content-Type: application/dicom', `Content-Length: ${length}`]
  return Buffer.from(`${first ? '' : lineEnd}${[...lines, '', ''].join(lineEnd)}`)
}

/** Null when nobody answered; what came of the body when it broke off names nothing. */
const replyOf = (req: ClientRequest): Promise<Reply | null> =>
  new Promise((done) => {
    req.on('error', () => done(null))
    req.on('close', () => done(null))
    req.on('timeout', () => req.destroy())
    req.on('response', (res) => {
      const pieces: Buffer[] = []
      let length = 0
      res.on('data', (piece: Buffer) => {
        length += piece.length
        if (length <= mostReply) pieces.push(piece)
      })
      const status = res.statusCode ?? 0
      res.on('end', () =>
        done({ status, body: length > mostReply ? Buffer.alloc(0) : Buffer.concat(pieces) }),
      )
      res.on('error', () => done(null))
    })
  })

const roomAgain = (req: ClientRequest): Promise<void> =>
  new Promise((done) => {
    const goOn = (): void => {
      for (const event of ['drain', 'close', 'response'] as const) req.off(event, goOn)
      done()
    }
    for (const event of ['drain', 'close', 'response'] as const) req.on(event, goOn)
  })

/** True when all of it was written; false when nobody listens any more. @throws what `open` throws */
const writeParts = async (
  req: ClientRequest,
  boundary: string,
  instances: readonly PacsInstance[],
  isOver: () => boolean,
): Promise<boolean> => {
  for (const [at, instance] of instances.entries()) {
    req.write(headOf(boundary, instance, at === 0))
    let left = instance.length
    for await (const batch of instance.open()) {
      for (const bytes of batch) {
        left -= bytes.length
        if (left < 0) throw new Fault('store.damaged')
        req.write(bytes, () => freeBytes(bytes))
      }
      if (req.writableNeedDrain && !isOver()) await roomAgain(req)
      if (isOver()) return false
    }
    if (left !== 0) throw new Fault('store.damaged')
  }
  return true
}

const exchange = async (target: StowTarget, instances: readonly PacsInstance[]): Promise<Reply | null> => {
  const boundary = `part_${randomBytes(18).toString('hex')}`
  const end = Buffer.from(`${lineEnd}--${boundary}--${lineEnd}`)
  const length = instances.reduce(
    (sum, one, at) => sum + headOf(boundary, one, at === 0).length + one.length,
    end.length,
  )
  const { url, user, secret } = target
  const ask = url.startsWith('https:') ? safeRequest : plainRequest
  const req = ask(`${url}/studies`, {
    method: 'POST',
    agent: false,
    timeout: quietMs,
    headers: {
      ...(user === '' && secret === ''
        ? {}
        : { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }),
      accept: 'application/dicom+json',
      'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
      'content-length': length,
    },
  })
  let over = false
  const stop = (): void => {
    over = true
  }
  // A refusal may come before the last byte went, and then nobody reads the rest.
  req.on('response', stop).on('close', stop)
  const reply = replyOf(req)
  try {
    if (await writeParts(req, boundary, instances, () => over)) req.end(end)
    return await reply
  } finally {
    req.destroy()
  }
}

/** Statuses whose body says what became of each instance (PS3.18 Table 10.5.3-1). */
const told: ReadonlySet<number> = new Set([200, 202, 409])

const faultOf = (status: number): Fault => {
  if (status === 401 || status === 403) return new Fault('pacs.denied')
  if (status === 413) return new Fault('pacs.too-large')
  if (status >= 500 || status === 408 || status === 429) return new Fault('pacs.unavailable')
  // Of what it was given; everything else is said of the address.
  if (status === 400 || status === 422) return new Fault('pacs.refused')
  return new Fault('pacs.unusable', { facts: { status } })
}

/** Nothing is opened before something is stored. Errors tell no address and no secret. */
export const createStowPacs = (targets: readonly StowTarget[]): Pacs => ({
  targets: targets.map(({ name }) => name),
  store: async (name, instances) => {
    const target = targets.find((one) => one.name === name)
    if (target === undefined) throw new Fault('push.unknown-target')
    const reply = await exchange(target, instances)
    if (reply === null) throw new Fault('pacs.unavailable')
    if (!told.has(reply.status)) throw faultOf(reply.status)
    return readStored(reply.body)
  },
})
