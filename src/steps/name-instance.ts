/** Name instance: tells a door which object a file says it is, so that it can answer under that name. */
import { type NamedInstance, nameInstance as readName } from '#formats/dicom/name-instance.ts'

export type { NamedInstance } from '#formats/dicom/name-instance.ts'

/** So many of a file's first bytes are looked at. */
export const namedFromBytes = 16_384

/** Null when the file is no DICOM object, or does not say which within `namedFromBytes`. Never rejects for its bytes. */
export const nameInstance = (head: Buffer): Promise<NamedInstance | null> =>
  readName(head.subarray(0, namedFromBytes))
