/** What the log will say of a request once it is over, and how it is spoken to. It travels with the reply. */
import type { Response } from 'express'
import type { FaultCode, Refusal } from '#domain/fault.ts'
import type { Language } from '#domain/language.ts'

export type Tale = {
  /** Made by us; what a client sends as such is not looked at. */
  readonly request: string
  readonly startedAt: number
  /** The pattern, never the address asked for. */
  route: string | null
  fault: FaultCode | null
  /** What a page says to this person. */
  language: Language
  /** A refusal as a whole page, where a person and no program waits for the reply. */
  asPage: ((refusal: Refusal) => Buffer) | null
}

/** Begins the tale of a reply. */
export const beginTale = (res: Response, request: string): Tale => {
  const begun: Tale = {
    request,
    startedAt: performance.now(),
    route: null,
    fault: null,
    language: 'en',
    asPage: null,
  }
  res.locals['tale'] = begun
  return begun
}

/** The tale of a reply that `beginTale` began. */
export const tale = (res: Response): Tale => res.locals['tale'] as Tale
