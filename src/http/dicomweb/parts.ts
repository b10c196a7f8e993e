/** Frames and long values for the reader of a case (PS3.18 §10.4.1.1.5, §10.4.1.1.6), as they are stored. */
import type { Request, Response } from 'express'
import { readFrameList } from '#domain/dicom-path.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { writeExactly } from '#http/deliveries/send-range.ts'
import { setFileHeaders } from '#http/headers.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Reader } from '#steps/authorize.ts'
import type { InstanceAddress, StoredParts } from '#steps/read-frames.ts'
import { chooseParts } from './accept.ts'
import { addressOf } from './address.ts'
import { type Asked, type DicomwebNeeds, noteLook, readAsked, refuseType } from './asked.ts'
import { sendParts } from './send-parts.ts'

type PartsCall<More> = {
  readonly req: Request
  readonly res: Response
  readonly bearer: Reader
  readonly params: InstanceAddress & More
}

const withSyntax = (type: string, syntax: string): string => `${type}; transfer-syntax=${syntax}`

const availableOf = ({ type, transferSyntax }: StoredParts): string[] =>
  [type, ...(type === 'application/octet-stream' ? [] : ['application/octet-stream'])].map(
    (each) => `multipart/related; type="${each}"; transfer-syntax=${transferSyntax}`,
  )

/** Sends what the client takes of `stored`; `locations` are the addresses of its parts, where they have any. */
const sendStored = async (
  { req, res }: { readonly req: Request; readonly res: Response },
  { ranges }: Asked,
  stored: StoredParts,
  locations: readonly (string | null)[],
  noted: () => Promise<void>,
): Promise<null> => {
  const { parts, type, transferSyntax } = stored
  const chosen = chooseParts(ranges, { type, stored: transferSyntax, count: parts.length })
  if (chosen === null) return refuseType(req, res, availableOf(stored))
  setFileHeaders(res)
  const label = withSyntax(chosen.type, transferSyntax)
  const [only] = parts
  if (chosen.form === 'multipart' || only === undefined) {
    const sent = parts.map((part, at) => ({ ...part, type: label, location: locations[at] ?? null }))
    await sendParts(req, res, chosen.type, sent, noted)
    return null
  }
  res.setHeader('Content-Type', label)
  res.setHeader('Content-Length', only.length)
  if (req.method === 'HEAD') {
    res.end()
    return null
  }
  await noted()
  if (await writeExactly(res, only.open(), only.length)) res.end()
  return null
}

const addressOfInstance = (base: string, { study, series, instance }: InstanceAddress): string =>
  addressOf(base, { studyUid: study, seriesUid: series, sopUid: instance }) ?? base

/** `GET …/instances/{instance}/frames/{frames}`. */
export const retrieveFrames =
  (needs: DicomwebNeeds & Pick<PortalNeeds, 'readFrames'>) =>
  async (call: PartsCall<{ readonly frames: string }>): Promise<Refusal | null> => {
    const { req, bearer, params } = call
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const frames = readFrameList(params.frames)
    if (frames === null) return refuse('request.invalid', { needed: 'numbers of frames' })
    const { study, series, instance } = params
    const stored = await needs.readFrames(bearer.case, { study, series, instance }, frames)
    if (isRefusal(stored)) return stored
    const address = addressOfInstance(asked.base, params)
    const locations = frames.map((frame) => `${address}/frames/${frame}`)
    return sendStored(call, asked, stored, locations, () =>
      noteLook(needs, 'frames.read', bearer, stored.item, { frames: frames.length }),
    )
  }

/** `GET …/instances/{instance}/bulkdata/{bulk}`. */
export const retrieveBulk =
  (needs: DicomwebNeeds & Pick<PortalNeeds, 'readBulk'>) =>
  async (call: PartsCall<{ readonly bulk: string }>): Promise<Refusal | null> => {
    const { req, bearer, params } = call
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const { study, series, instance, bulk } = params
    const stored = await needs.readBulk(bearer.case, { study, series, instance }, bulk)
    if (isRefusal(stored)) return stored
    const address = `${addressOfInstance(asked.base, params)}/bulkdata/${bulk}`
    return sendStored(call, asked, stored, stored.parts.length === 1 ? [address] : [], () =>
      noteLook(needs, 'bulk.read', bearer, stored.item, { parts: stored.parts.length }),
    )
  }
