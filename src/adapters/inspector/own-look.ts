/**
 * Own look: what is said of a file without its child, from its first bytes, by code that has not run in the file's
 * own parser. It holds where the child never answered, and an answer that contradicts it is none: a captured child
 * can neither have an image changed as photographs are, nor let out the program that stands before one.
 */
import type { ItemKind } from '#domain/item.ts'
import { type VerdictCode, worstOutcome } from '#domain/verdict.ts'
import { judgePreamble, preamblePatches } from '#formats/dicom/preamble.ts'
import { preambleBytes, type Sniffed, sniff } from '#formats/sniff.ts'
import type { Findings } from '#ports/inspector.ts'

const kinds: Readonly<Record<Sniffed, readonly ItemKind[]>> = {
  dicom: ['dicom', 'other'],
  'dicom-bare': ['dicom', 'other'],
  picture: ['picture'],
  pdf: ['pdf', 'archive', 'other'],
  other: ['archive', 'other'],
}

/** Codes of a program, or of anything else, before an image. */
const preambleCodes = (head: Buffer): readonly VerdictCode[] => {
  if (sniff(head) !== 'dicom') return []
  const code = judgePreamble(head.subarray(0, preambleBytes))
  return code === null ? [] : [code]
}

/** True unless the first bytes of a file tell otherwise. What is no record is never let through. */
export const agrees = ({ kind, codes }: Findings, head: Buffer): boolean => {
  if (!kinds[sniff(head)].includes(kind)) return false
  if (kind === 'other') return worstOutcome(codes) === 'rejected'
  return kind !== 'dicom' || preambleCodes(head).every((code) => codes.includes(code))
}

/** What is to be said of a file whose child gave no answer. */
export const unanswered = (head: Buffer): Findings => {
  const sniffed = sniff(head)
  if (sniffed === 'pdf') return { kind: 'pdf', codes: ['PDF_LIMIT'], instance: null, facts: {} }
  // Of a picture that was not read to its end nobody knows what must not leave it.
  if (sniffed === 'picture') return { kind: 'picture', codes: ['PICTURE_LIMIT'], instance: null, facts: {} }
  if (sniffed === 'other') return { kind: 'other', codes: ['CHECK_UNAVAILABLE'], instance: null, facts: {} }
  const codes = ['CHECK_UNAVAILABLE' as const, ...preambleCodes(head)]
  const patches = preamblePatches(codes)
  return { kind: 'dicom', codes, instance: null, facts: {}, ...(patches.length === 0 ? {} : { patches }) }
}
