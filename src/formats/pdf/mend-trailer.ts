/**
 * Mend trailer: many a damaged PDF is whole up to its last object; only the way to find the objects again is
 * broken. Readers walk the objects then (ISO 32000-2 Annex I.2), and so may our parser, given a plain trailer.
 */
const mostMendedBytes = 67_108_864
const magicReach = 1024
const header = '%PDF-1.7'

const rootShape = /^\/Root\s+(\d{1,10})\s+(\d{1,5})\s+R/

const findRoot = (bytes: Buffer): string | null => {
  const at = bytes.lastIndexOf('/Root')
  const found = rootShape.exec(bytes.toString('latin1', Math.max(at, 0), Math.max(at, 0) + 64))
  return at < 0 || found === null ? null : `/Root ${found[1]} ${found[2]} R`
}

/** A copy with its header and trailer written anew, or null when nothing says where the document begins. */
export const mendTrailer = (bytes: Buffer): Buffer | null => {
  if (bytes.length > mostMendedBytes) return null
  const start = bytes.subarray(0, magicReach).indexOf('%PDF-')
  const last = bytes.lastIndexOf('endobj')
  const root = findRoot(bytes)
  if (start < 0 || last < start || root === null) return null
  const body = bytes.subarray(start + header.length, last + 'endobj'.length)
  return Buffer.concat([
    Buffer.from(header),
    body,
    Buffer.from(`\ntrailer\n<< ${root} >>\nstartxref\n0\n%%EOF\n`),
  ])
}

const pageType = /\/Type\s*\/(Page|ObjStm)\b/

/** True when objects that could be pages stand in the file, whatever else is wrong with it. */
export const holdsPages = (bytes: Buffer): boolean => {
  if (!bytes.includes('endobj')) return false
  for (let at = bytes.indexOf('/Type'); at >= 0; at = bytes.indexOf('/Type', at + 1))
    if (pageType.test(bytes.toString('latin1', at, at + 32))) return true
  return false
}
