/**
 * Why the trial did not start, in one sentence for the person at the terminal. The sentence names folders and
 * programs of this machine, never records: it stands in `cause.message`, beside the stable code.
 */
import { Fault, type FaultCode } from '#domain/fault.ts'

/** A `Fault` whose cause is an `Error` with `sentence` as its message; `from` is what lay beneath, if anything. */
export const startFault = (code: FaultCode, sentence: string, from?: unknown): Fault =>
  new Fault(code, { cause: new Error(sentence, { cause: from }) })

/** The code of a system error (`ENOENT`), or an empty text. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
