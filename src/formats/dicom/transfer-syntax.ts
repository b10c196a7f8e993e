/**
 * Transfer syntaxes: how a data set is written (PS3.5 §10, PS3.6 Table A-1). What the bytes themselves look like
 * wins over what the meta group says.
 */
import { isKnownVr } from '#domain/dicom/value-representation.ts'

/** How element headers are written. */
export type Encoding = { readonly implicit: boolean; readonly big: boolean }

/** `encapsulated` is null when the syntax does not decide it. */
export type TransferSyntax = Encoding & { readonly deflated: boolean; readonly encapsulated: boolean | null }

export const implicitLittle = '1.2.840.10008.1.2'
export const explicitLittle = '1.2.840.10008.1.2.1'
export const explicitBig = '1.2.840.10008.1.2.2'

const plain = { implicit: false, big: false, deflated: false, encapsulated: false }

const native: ReadonlyMap<string, TransferSyntax> = new Map([
  [implicitLittle, { ...plain, implicit: true }],
  [explicitLittle, plain],
  [explicitBig, { ...plain, big: true }],
  ['1.2.840.10008.1.2.1.99', { ...plain, deflated: true }],
  ['1.2.840.10008.1.2.1.98', { ...plain, encapsulated: true }],
  ['1.2.840.10008.1.2.8.1', { ...plain, encapsulated: true }],
  ['1.2.840.113619.5.2', { ...plain, implicit: true }],
])

const referenced: ReadonlyMap<string, TransferSyntax> = new Map([
  ['1.2.840.10008.1.2.4.94', { ...plain, encapsulated: null }],
  ['1.2.840.10008.1.2.4.95', { ...plain, encapsulated: null, deflated: true }],
  ['1.2.840.10008.1.2.4.204', { ...plain, encapsulated: null }],
  ['1.2.840.10008.1.2.4.205', { ...plain, encapsulated: null, deflated: true }],
])

const compressed =
  /^1\.2\.840\.10008\.1\.2\.(4\.(5\d|6[0-6]|70|80|81|9[0-3]|10[0-8]|11[0-2]|20[1-3])(\.1)?|5)$/

/** The syntax behind a UID, or null when the standard has no such. GE's private 1.2.840.113619.5.2 counts. */
export const transferSyntax = (uid: string): TransferSyntax | null =>
  native.get(uid) ?? referenced.get(uid) ?? (compressed.test(uid) ? { ...plain, encapsulated: true } : null)

const video = /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/

/** True for a syntax that puts many frames into one stream, so that fragments and frames need not match. */
export const isVideo = (uid: string): boolean => video.test(uid)

/** How the data set beginning at `at` is really written, or null when fewer than 8 bytes are there. */
export const probeEncoding = (bytes: Buffer, at: number): Encoding | null => {
  if (at + 8 > bytes.length) return null
  const explicit = isKnownVr(bytes.toString('latin1', at + 4, at + 6))
  const big = explicit && bytes.readUInt16BE(at) < bytes.readUInt16LE(at)
  return { implicit: !explicit, big }
}

/** The plain syntax of an encoding. */
export const plainSyntaxUid = (encoding: Encoding): string =>
  encoding.implicit ? implicitLittle : encoding.big ? explicitBig : explicitLittle
