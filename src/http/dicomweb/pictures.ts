/** Pictures for the reader of a case (PS3.18 §10.4.1.1.3, §10.4.1.1.4): one frame drawn, or a small sign of it. */
import type { Request, Response } from 'express'
import { readFrameList } from '#domain/dicom-path.ts'
import { isRefusal, type Refusal, refuse } from '#domain/fault.ts'
import { setFileHeaders } from '#http/headers.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Reader } from '#steps/authorize.ts'
import type { DrawTerms } from '#steps/read-frames.ts'
import { takesType } from './accept.ts'
import { type DicomwebNeeds, noteLook, readAsked, refuseType } from './asked.ts'
import type { QueryPair } from './query-text.ts'

type PictureCall = {
  readonly req: Request
  readonly res: Response
  readonly bearer: Reader
  readonly params: {
    readonly study: string
    readonly series?: string
    readonly instance?: string
    readonly frames?: string
  }
}

/** Pixels a side of a small picture, unless the client says. */
const thumbnailSide = 256
const mostSide = 8_192

const malformed = (needed: string): Refusal => refuse('request.invalid', { needed })

const number = /^[+-]?\d{1,9}(\.\d{1,9})?$/

/** PS3.18 §8.3.5.1.4: centre, width and function, all three. */
const readWindow = (text: string | undefined): DrawTerms['window'] | Refusal => {
  if (text === undefined) return null
  const [centre = '', width = '', shape, ...more] = text.split(',')
  const known = shape === 'linear' || shape === 'linear-exact' || shape === 'sigmoid'
  if (!known || more.length > 0 || !number.test(centre) || !number.test(width) || Number(width) <= 0)
    return malformed('window=centre,width,linear|linear-exact|sigmoid')
  return { centre: Number(centre), width: Number(width), shape }
}

/** PS3.18 §8.3.5.1.3; a part of the picture is not cut out, so what asks for one is refused. */
const readViewport = (text: string | undefined): DrawTerms['most'] | Refusal => {
  if (text === undefined) return null
  const [width = '', height = '', ...part] = text.split(',')
  const side = /^[1-9]\d{0,3}$/
  const whole = part.every((one) => one === '')
  if (!side.test(width) || !side.test(height) || !whole) return malformed('viewport=width,height')
  return { width: Math.min(mostSide, Number(width)), height: Math.min(mostSide, Number(height)) }
}

const readTerms = (pairs: readonly QueryPair[], thumbnail: boolean): DrawTerms | Refusal => {
  const told = new Map(pairs)
  const quality = told.get('quality')
  if (quality !== undefined && !/^([1-9]\d?|100)$/.test(quality)) return malformed('quality from 1 to 100')
  const annotation = told.get('annotation')
  if (annotation !== undefined && !annotation.split(',').every((word) => /^(patient|technique)$/.test(word)))
    return malformed('annotation=patient,technique')
  const window = readWindow(told.get('window'))
  if (isRefusal(window)) return window
  const most = readViewport(told.get('viewport'))
  if (isRefusal(most)) return most
  return {
    window,
    thumbnail,
    most: most ?? (thumbnail ? { width: thumbnailSide, height: thumbnailSide } : null),
  }
}

/** `GET …/rendered` and `…/thumbnail`, of a study, series, instance or frame. */
export const retrievePicture =
  (needs: DicomwebNeeds & Pick<PortalNeeds, 'readRendered'>, kind: 'rendered' | 'thumbnail') =>
  async ({ req, res, bearer, params }: PictureCall): Promise<Refusal | null> => {
    const asked = readAsked(req, needs, bearer)
    if (isRefusal(asked)) return asked
    const terms = readTerms(asked.pairs, kind === 'thumbnail')
    if (isRefusal(terms)) return terms
    const { study, series, instance } = params
    const scope = {
      study,
      ...(series === undefined ? {} : { series }),
      ...(instance === undefined ? {} : { instance }),
    }
    const [frame = 1, ...more] = params.frames === undefined ? [] : (readFrameList(params.frames) ?? [])
    if (more.length > 0) return malformed('one frame')
    const drawn = await needs.readRendered(bearer.case, scope, frame, terms)
    if (isRefusal(drawn)) return drawn
    const { item, type, bytes } = drawn
    if (!takesType(asked.ranges, type)) return refuseType(req, res, [type])
    await noteLook(needs, 'picture.read', bearer, item, { bytes: bytes.length })
    setFileHeaders(res)
    res.status(200).setHeader('Content-Type', type)
    res.setHeader('Content-Length', bytes.length)
    res.end(req.method === 'HEAD' ? undefined : bytes)
    return null
  }
