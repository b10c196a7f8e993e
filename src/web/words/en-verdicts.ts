/** What a check found, in English: the sentences of the gateway itself. */
import { type VerdictCode, verdictTable } from '#domain/verdict.ts'

const codes = Object.keys(verdictTable) as VerdictCode[]

export const verdicts = Object.fromEntries(
  codes.map((code) => [code, verdictTable[code].sentence]),
) as Record<VerdictCode, string>
