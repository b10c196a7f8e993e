/** Every refusal and failure as the caller reads it: problem details of RFC 9457 with a closed list of codes. */
import { z } from 'zod'
import { type FaultCode, faultCodes } from '#domain/fault.ts'
import { id } from './words.ts'

/** The `type` of a problem. */
export const problemType = (code: FaultCode): string => `urn:second-read:${code}`

/**
 * A problem: `code` is for programs, `title` and `detail` are for people, `request` names the log line. Further
 * members are counts, limits and ids that go with the code.
 */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  code: z.enum(faultCodes),
  request: id,
})

export type Problem = z.infer<typeof problem>
