/**
 * What a PACS says of what it was given (PS3.18 §10.5.3, Annex I.2): which instances it has, and which it would not take.
 * Anything that cannot be read names none.
 */
import type { Stored } from '#ports/pacs.ts'

const stored = '00081199'
const failed = '00081198'
const sopUid = '00081155'
const reason = '00081197'

type Attribute = { readonly Value?: unknown }

const attributeOf = (set: unknown, tag: string): unknown => {
  const attribute =
    typeof set === 'object' && set !== null ? (set as Record<string, Attribute>)[tag] : undefined
  return attribute?.Value
}

const valuesOf = (set: unknown, tag: string): readonly unknown[] => {
  const values = attributeOf(set, tag)
  return Array.isArray(values) ? values : []
}

const uidOf = (item: unknown): string | null => {
  const [uid] = valuesOf(item, sopUid)
  return typeof uid === 'string' ? uid.replace(/[\0 ]+$/, '') : null
}

const reasonOf = (item: unknown): number | null => {
  const [code] = valuesOf(item, reason)
  return typeof code === 'number' ? code : null
}

/** Reads a body in the DICOM JSON model. One that is named as stored and as failed is failed. */
export const readStored = (body: Buffer): Stored => {
  let set: unknown = null
  try {
    set = JSON.parse(body.toString('utf8'))
  } catch {}
  const refused = new Map<string, number | null>()
  for (const item of valuesOf(set, failed)) {
    const uid = uidOf(item)
    if (uid !== null) refused.set(uid, reasonOf(item))
  }
  const uids = valuesOf(set, stored).map(uidOf)
  return {
    stored: new Set(uids.filter((uid): uid is string => uid !== null && !refused.has(uid))),
    refused,
  }
}
