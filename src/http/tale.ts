/** What the log will say of a request once it is over. It travels with the reply. */
import type { Response } from 'express'
import type { FaultCode } from '#domain/fault.ts'

export type Tale = {
  /** Made by us; what a client sends as such is not looked at. */
  readonly request: string
  readonly startedAt: number
  /** The pattern, never the address asked for. */
  route: string | null
  fault: FaultCode | null
}

/** Begins the tale of a reply. */
export const beginTale = (res: Response, request: string): Tale => {
  const begun: Tale = { request, startedAt: performance.now(), route: null, fault: null }
  res.locals['tale'] = begun
  return begun
}

/** The tale of a reply that `beginTale` began. */
export const tale = (res: Response): Tale => res.locals['tale'] as Tale
