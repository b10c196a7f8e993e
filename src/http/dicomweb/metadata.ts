/** Metadata for the reader of a case (PS3.18 §10.4.1.1.2): attributes without their bulk, sent while they are read. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Reader } from '#steps/authorize.ts'
import { chooseJson, jsonTypes } from './accept.ts'
import { addressOf } from './address.ts'
import { type DicomwebNeeds, noteLook, readAsked, refuseType, setWarnings, withheldWarning } from './asked.ts'

type MetadataNeeds = DicomwebNeeds & Pick<PortalNeeds, 'readMetadata'>

type MetadataCall = {
  readonly req: Request
  readonly res: Response
  readonly bearer: Reader
  readonly params: { readonly study: string; readonly series?: string; readonly instance?: string }
}

const pieceLength = 65_536

/** Pieces large enough to be worth a write. */
async function* gather(pieces: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length < pieceLength) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

async function* after(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

/** It shrinks to a tenth; a client that does not say so gets it as it is. */
const takesGzip = (req: Request): boolean => req.acceptsEncodings('gzip', 'identity') === 'gzip'

/** A client that leaves is nobody's fault; what the source says is thrown as it is. */
const unlessLeft = (error: unknown): void => {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return
  throw error
}

/** `GET …/metadata` of a study, a series or an object. */
export const retrieveMetadata =
  (needs: MetadataNeeds) =>
  async ({ req, res, bearer, params }: MetadataCall): Promise<Refusal | null> => {
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const { base, ranges } = asked
    const type = chooseJson(ranges)
    if (type === null) return refuseType(req, res, jsonTypes)
    const { study, series, instance } = params
    const scope = {
      study,
      ...(series === undefined ? {} : { series }),
      ...(instance === undefined ? {} : { instance }),
    }
    const metadata = await needs.readMetadata(bearer.case, scope, (facts, place) => {
      return `${addressOf(base, facts) ?? base}/bulkdata/${place}`
    })
    if (isRefusal(metadata)) return metadata
    await noteLook(needs, 'metadata.read', bearer, bearer.case, { instances: metadata.count })
    const pieces = gather(metadata.write())
    // A store that does not answer is told as such, as long as nothing was sent.
    const first = await pieces.next()
    if (first.done === true) return null
    setWarnings(res, base, [withheldWarning(metadata.withheld)])
    res.status(200).setHeader('Content-Type', type)
    res.vary('Accept, Accept-Encoding')
    const source = Readable.from(after(first.value, pieces), { objectMode: false })
    if (takesGzip(req)) {
      res.setHeader('Content-Encoding', 'gzip')
      await pipeline(source, createGzip({ level: 5 }), res).catch(unlessLeft)
    } else await pipeline(source, res).catch(unlessLeft)
    return null
  }
