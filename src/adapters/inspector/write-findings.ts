/** Write findings: what a child says, as JSON; `parse-findings.ts` reads it. Patches carry their bytes in base64. */
import { writePatches } from '#formats/patch-text.ts'
import type { Findings } from '#ports/inspector.ts'

export const writeFindings = ({ patches = [], ...rest }: Findings): string =>
  JSON.stringify(patches.length === 0 ? rest : { ...rest, patches: writePatches(patches) })
