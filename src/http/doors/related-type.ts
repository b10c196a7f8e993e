/**
 * The Content-Type of a store request (PS3.18 §8.7.3, RFC 2387): which boundary its parts have, or that the body is
 * one file. Quoted and bare parameters count alike, in any order and case; those we do not know are passed over.
 */

/** A body of parts, or one file and nothing else. */
export type StoreForm = { readonly boundary: string } | 'one-file'

/** Why not: another kind of content, or parts without a usable boundary. */
export type NoStoreForm = 'other-type' | 'no-boundary'

const longestField = 2_048

const essence = /^[ \t]*([A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+)[ \t]*(?=;|$)/

// RFC 9110 §5.6.6, and what clients write beside it: a bare value with a slash (`type=application/dicom`).
const parameter =
  /;[ \t]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*/gy

// RFC 2046 §5.1.1: 1 to 70 of these, and no space at the end. Orthanc sends 73 (two UUIDs), so more must pass.
const usableBoundary = /^[A-Za-z0-9'()+_,./:=? -]{0,127}[A-Za-z0-9'()+_,./:=?-]$/

const readParameters = (text: string): ReadonlyMap<string, string> | null => {
  const found = new Map<string, string>()
  parameter.lastIndex = 0
  while (parameter.lastIndex < text.length) {
    const from = parameter.lastIndex
    const match = parameter.exec(text)
    if (match === null) return /^[ \t]*;?[ \t]*$/.test(text.slice(from)) ? found : null
    const [, name = '', quoted, bare = ''] = match
    const key = name.toLowerCase()
    // Two boundaries would let two readers of one body see different files.
    if (found.has(key)) return null
    found.set(key, quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'))
  }
  return found
}

/** Reads the field. Parts of another type than `application/dicom`, as metadata and bulk data come, are not taken. */
export const readStoreForm = (field: string | undefined): StoreForm | NoStoreForm => {
  if (field === undefined || field.length > longestField) return 'other-type'
  const [whole = '', name = ''] = essence.exec(field) ?? []
  const type = name.toLowerCase()
  if (type === 'application/dicom') return 'one-file'
  if (type !== 'multipart/related') return 'other-type'
  const parameters = readParameters(field.slice(whole.length))
  if (parameters === null) return 'no-boundary'
  const inner = (parameters.get('type') ?? 'application/dicom').toLowerCase().split(';')[0]?.trim()
  if (inner !== 'application/dicom') return 'other-type'
  const boundary = parameters.get('boundary') ?? ''
  return usableBoundary.test(boundary) ? { boundary } : 'no-boundary'
}
