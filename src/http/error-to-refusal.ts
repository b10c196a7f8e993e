/** What a thrown error is as a refusal: our own faults, what a body parser says of a request, and nothing else. */
import { Fault, type FaultCode, type Refusal } from '#domain/fault.ts'

const named = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null && name in error
    ? (error as Record<string, unknown>)[name]
    : undefined

/** Body parsers and the router mark what the client did wrong with a 4xx `status`. */
const clientCodes: Readonly<Record<number, FaultCode>> = {
  400: 'request.invalid',
  413: 'request.too-large',
  415: 'request.type',
}

/** Whatever was thrown, as a refusal. What is not plainly known is `internal`, with no facts. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Fault) return { refused: error.code, facts: error.facts }
  if (named(error, 'type') === 'request.aborted') return { refused: 'request.aborted', facts: {} }
  const status = named(error, 'status')
  const code = typeof status === 'number' ? clientCodes[status] : undefined
  return { refused: code ?? 'internal', facts: {} }
}
