/** What a worker does with a fault: try again by the job's own rule, or leave the matter to a person. */
import { Fault, type FaultCode, faultCodes } from '#domain/fault.ts'

export type Retry = 'again' | 'give-up'

/** What the world may put right by itself is tried until it does; the rest ends with the job's last attempt. */
const passing = [
  'store.unavailable',
  'store.full',
  'ledger.unavailable',
  'key.unavailable',
  'scanner.unavailable',
  'scanner.failed',
  'post.unavailable',
  'pacs.unavailable',
] as const

const table: Readonly<Record<FaultCode, Retry>> = Object.fromEntries(
  faultCodes.map((code) => [code, passing.some((known) => known === code) ? 'again' : 'give-up']),
) as Record<FaultCode, Retry>

/** `again`: after the last attempt the work stays owed and is asked for later. Anything unknown gives up. */
export const retryOf = (error: unknown): Retry => (error instanceof Fault ? table[error.code] : 'give-up')
