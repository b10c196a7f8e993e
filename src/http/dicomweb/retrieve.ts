/**
 * WADO-RS for the reader of a case (PS3.18 §10.4): whole objects as they are stored, of a study, a series, or one. They
 * are never held: what is sent is fetched when there is room for it, and a failure on the way cuts the connection.
 */
import type { Request, Response } from 'express'
import { isRefusal, type Refusal } from '#domain/fault.ts'
import { sendRange } from '#http/deliveries/send-range.ts'
import { setFileHeaders } from '#http/headers.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Reader } from '#steps/authorize.ts'
import type { InstanceFile, InstanceSet } from '#steps/read-instances.ts'
import { chooseFiles } from './accept.ts'
import { addressOf } from './address.ts'
import {
  type Asked,
  type DicomwebNeeds,
  noteLook,
  readAsked,
  refuseType,
  setWarnings,
  withheldWarning,
} from './asked.ts'
import { type Part, sendParts } from './send-parts.ts'

type RetrieveNeeds = DicomwebNeeds & Pick<PortalNeeds, 'readInstances'>

type RetrieveCall = {
  readonly req: Request
  readonly res: Response
  readonly bearer: Reader
  readonly params: { readonly study: string; readonly series?: string; readonly instance?: string }
}

const typeOf = ({ instance: { transferSyntax } }: InstanceFile): string =>
  transferSyntax === '' ? 'application/dicom' : `application/dicom; transfer-syntax=${transferSyntax}`

const availableOf = (syntax: string): string =>
  `multipart/related; type="application/dicom"; transfer-syntax=${syntax}`

/** Made one after another, whenever they are gone through: their addresses are most of what a study's files take. */
const partsOf = (base: string, files: InstanceSet['files']): Iterable<Part> => ({
  *[Symbol.iterator]() {
    for (const file of files)
      yield {
        type: typeOf(file),
        location: addressOf(base, file.instance),
        length: file.length,
        open: () => file.open(0, file.length),
      }
  },
})

const sendSet = async (
  needs: RetrieveNeeds,
  { req, res, bearer, params: { instance } }: RetrieveCall,
  { base, ranges }: Asked,
  { files, withheld, modified }: InstanceSet,
): Promise<Refusal | null> => {
  const stored = files.map((file) => file.instance.transferSyntax)
  const form = chooseFiles(ranges, instance === undefined ? [...stored, ...stored] : stored)
  if (form === null) return refuseType(req, res, stored.map(availableOf))
  const [first] = files
  const object = instance === undefined ? bearer.case : first.item
  const noted = (): Promise<void> =>
    noteLook(needs, 'instances.read', bearer, object, { instances: files.length })
  setWarnings(res, base, [withheldWarning(withheld)])
  setFileHeaders(res)
  if (form === 'single') {
    res.setHeader('Content-Type', 'application/dicom')
    const etag = `"${Buffer.from(first.sha256).toString('hex')}"`
    return sendRange(req, res, { ...first, etag, modified }, noted)
  }
  await sendParts(req, res, 'application/dicom', partsOf(base, files), noted)
  return null
}

/** `GET …/studies/{study}`, `…/series/{series}`, `…/instances/{instance}`. */
export const retrieveDicom =
  (needs: RetrieveNeeds) =>
  async (call: RetrieveCall): Promise<Refusal | null> => {
    const { req, bearer, params } = call
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const { study, series, instance } = params
    const set = await needs.readInstances(bearer.case, {
      study,
      ...(series === undefined ? {} : { series }),
      ...(instance === undefined ? {} : { instance }),
    })
    if (isRefusal(set)) return set
    try {
      return await sendSet(needs, call, asked, set)
    } finally {
      set.close()
    }
  }
