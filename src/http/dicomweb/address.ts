/** Addresses of a case's DICOM objects, whole: viewers follow them as they stand, under the prefix they came by. */
import type { Request } from 'express'
import type { InstanceFacts } from '#domain/study.ts'
import { readUid } from '#domain/study.ts'
import { capabilityOf } from '#http/gates/capability.ts'

/** Address of the service that a request asked, without a slash at the end. Its pattern ends with the case's id. */
export const baseOf = (req: Request, publicUrl: string, of: string): string => {
  const capability = capabilityOf(req)
  if (capability !== null) return `${publicUrl}${capability.prefix}`
  const end = req.path.indexOf(of) + of.length
  return `${publicUrl}${req.path.slice(0, end)}`
}

type Uids = Pick<InstanceFacts, 'studyUid'> & Partial<Pick<InstanceFacts, 'seriesUid' | 'sopUid'>>

/** Address of a study, series or object; null when one of its UIDs is none, and could not be asked for. */
export const addressOf = (base: string, { studyUid, seriesUid, sopUid }: Uids): string | null => {
  const parts = [
    ['studies', studyUid],
    ['series', seriesUid],
    ['instances', sopUid],
  ] as const
  let address = base
  for (const [name, uid] of parts) {
    if (uid === undefined) return address
    if (readUid(uid) === null) return null
    address += `/${name}/${uid}`
  }
  return address
}
