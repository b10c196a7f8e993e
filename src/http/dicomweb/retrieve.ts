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
import type { InstanceFile } from '#steps/read-instances.ts'
import { chooseFiles } from './accept.ts'
import { addressOf } from './address.ts'
import { type DicomwebNeeds, noteLook, readAsked, refuseType, setWarnings, withheldWarning } from './asked.ts'
import { sendParts } from './send-parts.ts'

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

/** `GET …/studies/{study}`, `…/series/{series}`, `…/instances/{instance}`. */
export const retrieveDicom =
  (needs: RetrieveNeeds) =>
  async ({ req, res, bearer, params }: RetrieveCall): Promise<Refusal | null> => {
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const { study, series, instance } = params
    const set = await needs.readInstances(bearer.case, {
      study,
      ...(series === undefined ? {} : { series }),
      ...(instance === undefined ? {} : { instance }),
    })
    if (isRefusal(set)) return set
    const { files, withheld, modified } = set
    const stored = files.map((file) => file.instance.transferSyntax)
    const form = chooseFiles(asked.ranges, instance === undefined ? [...stored, ...stored] : stored)
    if (form === null) return refuseType(req, res, stored.map(availableOf))
    const [first] = files
    const noted = (): Promise<void> =>
      instance === undefined
        ? noteLook(needs, 'instances.read', bearer, bearer.case, { instances: files.length })
        : noteLook(needs, 'instances.read', bearer, first.item, { instances: files.length })
    setWarnings(res, asked.base, [withheldWarning(withheld)])
    setFileHeaders(res)
    if (form === 'single') {
      res.setHeader('Content-Type', 'application/dicom')
      const etag = `"${Buffer.from(first.sha256).toString('hex')}"`
      return sendRange(req, res, { ...first, etag, modified }, noted)
    }
    const parts = files.map((file) => ({
      type: typeOf(file),
      location: addressOf(asked.base, file.instance),
      length: file.length,
      open: () => file.open(0, file.length),
    }))
    await sendParts(req, res, 'application/dicom', parts, noted)
    return null
  }
