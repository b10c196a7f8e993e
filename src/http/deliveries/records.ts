/** Records leave here: the bundle, its signed manifest, one file. Each read is in the audit before its first byte. */

import type { AuditAction } from '#domain/audit.ts'
import { isRefusal } from '#domain/fault.ts'
import type { AnyId } from '#domain/id.ts'
import type { ItemKind } from '#domain/item.ts'
import { setFileHeaders } from '#http/headers.ts'
import type { CommonNeeds, PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'
import type { Reader } from '#steps/authorize.ts'
import { attachment } from './attachment.ts'
import type { ByteRange } from './range.ts'
import { sendRange } from './send-range.ts'

export type AuditNeeds = Pick<PortalNeeds, 'audit'> & Pick<CommonNeeds, 'clock'>

const noteRead = (
  { audit, clock }: AuditNeeds,
  action: AuditAction,
  reader: Reader,
  object: AnyId,
  range?: ByteRange,
): Promise<void> =>
  audit.append(
    {
      action,
      actor: { kind: 'grant', id: reader.grant },
      case: reader.case,
      object,
      facts: range === undefined ? {} : { from: range.start, bytes: range.end - range.start },
    },
    clock.now(),
  )

/** `GET /api/cases/{case}/bundle`. */
export const sendBundle =
  (needs: AuditNeeds & Pick<PortalNeeds, 'readBundle'>): Handler<'bundle'> =>
  async ({ req, res, bearer }) => {
    const view = await needs.readBundle(bearer.case)
    if (isRefusal(view)) return view
    setFileHeaders(res)
    res.setHeader('Content-Type', 'application/zip')
    res.setHeader('Content-Disposition', attachment(`case-${bearer.case}.zip`, 'case.zip'))
    return sendRange(req, res, view, (range) => noteRead(needs, 'bundle.read', bearer, bearer.case, range))
  }

/** `GET /api/cases/{case}/copies/{copy}/bundle`. */
export const sendCopy =
  (needs: AuditNeeds & Pick<PortalNeeds, 'readCopy'>): Handler<'copyBundle'> =>
  async ({ req, res, bearer, params }) => {
    const view = await needs.readCopy(bearer.case, params.copy)
    if (isRefusal(view)) return view
    setFileHeaders(res)
    res.setHeader('Content-Type', 'application/zip')
    res.setHeader('Content-Disposition', attachment(`copy-${params.copy}.zip`, 'copy.zip'))
    return sendRange(req, res, view, (range) => noteRead(needs, 'copy.read', bearer, params.copy, range))
  }

/** `GET /api/cases/{case}/manifest`. */
export const sendManifest =
  (needs: AuditNeeds & Pick<PortalNeeds, 'readBundle'>): Handler<'manifest'> =>
  async ({ res, bearer }) => {
    const view = await needs.readBundle(bearer.case)
    if (isRefusal(view)) return view
    await noteRead(needs, 'manifest.read', bearer, bearer.case)
    setFileHeaders(res)
    res.setHeader('Content-Type', 'application/jose')
    res.setHeader('Content-Length', view.signature.length)
    res.end(view.signature)
    return null
  }

type Served = { readonly type: string; readonly ending: string }

const typeOf: Readonly<Record<ItemKind, Served>> = {
  dicom: { type: 'application/dicom', ending: '.dcm' },
  pdf: { type: 'application/pdf', ending: '.pdf' },
  picture: { type: 'application/octet-stream', ending: '' },
  archive: { type: 'application/octet-stream', ending: '' },
  other: { type: 'application/octet-stream', ending: '' },
}

const pictures: ReadonlyMap<string | null, Served> = new Map(
  [
    { type: 'image/jpeg', ending: '.jpg' },
    { type: 'image/png', ending: '.png' },
    { type: 'image/tiff', ending: '.tif' },
    { type: 'image/heic', ending: '.heic' },
  ].map((served) => [served.type, served]),
)

/** `GET /api/cases/{case}/items/{item}/content`. */
export const sendContent =
  (needs: AuditNeeds & Pick<PortalNeeds, 'readItem'>): Handler<'content'> =>
  async ({ req, res, bearer, params }) => {
    const content = await needs.readItem(params.case, params.item)
    if (isRefusal(content)) return content
    const picture = content.kind === 'picture' ? pictures.get(content.mediaType) : undefined
    const { type, ending } = picture ?? typeOf[content.kind]
    setFileHeaders(res)
    res.setHeader('Content-Type', type)
    res.setHeader('Content-Disposition', attachment(content.name, `${params.item}${ending}`))
    // RFC 9530 §3: of the whole file, whatever range of it is sent.
    res.setHeader('Repr-Digest', `sha-256=:${Buffer.from(content.sha256).toString('base64')}:`)
    return sendRange(req, res, content, (range) => noteRead(needs, 'item.read', bearer, params.item, range))
  }
