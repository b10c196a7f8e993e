/** What every request of a DICOMweb reader says beside its address: which types it takes, and its query. */
import type { Request, Response } from 'express'
import type { AuditAction, AuditEvent } from '#domain/audit.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { AnyId } from '#domain/id.ts'
import type { CommonNeeds, PortalNeeds } from '#http/needs.ts'
import { sendProblem } from '#http/problem.ts'
import type { Reader } from '#steps/authorize.ts'
import { type MediaRange, readAccept } from './accept.ts'
import { baseOf } from './address.ts'
import { type QueryPair, readQueryText } from './query-text.ts'

export type DicomwebNeeds = Pick<PortalNeeds, 'audit'> & Pick<CommonNeeds, 'clock' | 'publicUrl'>

export type Asked = {
  /** Address of the service, for addresses in answers. */
  readonly base: string
  readonly ranges: readonly MediaRange[]
  readonly pairs: readonly QueryPair[]
}

/** Refuses `request.invalid` for a query that cannot be read. */
export const readAsked = (req: Request, { publicUrl }: DicomwebNeeds, reader: Reader): Asked | Refusal => {
  const pairs = readQueryText(req.url)
  if (pairs === null) return refuse('request.invalid', { needed: 'a query in UTF-8, percent-encoded' })
  // PS3.18 §8.3.3.1: the parameter outranks the field.
  const told = pairs.filter(([name]) => name.toLowerCase() === 'accept').map(([, value]) => value)
  return {
    base: baseOf(req, publicUrl, reader.case),
    ranges: readAccept(told.length > 0 ? told.join(',') : req.headers.accept),
    pairs,
  }
}

/** 406, with what there is instead (RFC 9110 §15.5.7). */
export const refuseType = (req: Request, res: Response, available: readonly string[]): null => {
  const refusal = refuse('request.invalid', { available: [...new Set(available)].slice(0, 16).join(', ') })
  sendProblem(req, res, refusal, { status: 406 })
  return null
}

/** Words for the person at a viewer, as PS3.18 §8.3.4.5 writes them. */
export const setWarnings = (res: Response, base: string, warnings: readonly (string | null)[]): void => {
  const told = warnings.filter((warning) => warning !== null).map((warning) => `299 ${base}: ${warning}`)
  if (told.length > 0) res.setHeader('Warning', told)
}

/** Said wherever a study is not whole: what is left out must never look like all there is. */
export const withheldWarning = (withheld: number): string | null =>
  withheld === 0
    ? null
    : `${withheld} ${withheld === 1 ? 'instance waits' : 'instances wait'} for a decision of the desk and are not in this answer`

/** A reader's look, in the audit before its first byte leaves. */
export const noteLook = (
  { audit, clock }: DicomwebNeeds,
  action: AuditAction,
  reader: Reader,
  object: AnyId,
  facts: AuditEvent['facts'],
): Promise<void> =>
  audit.append(
    { action, actor: { kind: 'grant', id: reader.grant }, case: reader.case, object, facts },
    clock.now(),
  )
