/**
 * The answer to a store request (PS3.18 §10.5.3.3, Store Instances Response Module of Annex I), in DICOM JSON (Annex
 * F) or as a Native DICOM Model (PS3.19 §A.1). 200: all were stored; 202: not all; 409: none. Sequences with nothing
 * in them are left out, since clients take an empty list of failures for a failure.
 */
import type { NamedInstance } from '#steps/name-instance.ts'

/** Why an instance failed, as PS3.18 Table I.2-2 numbers it. */
export const failures = { otherStudy: 0xa900, unreadable: 0xc000 } as const

export type StoreOutcome = {
  readonly stored: readonly NamedInstance[]
  /** Those of another study than the address says. */
  readonly otherStudy: readonly NamedInstance[]
  /** Parts that name no instance. */
  readonly unreadable: number
}

type Attribute = { readonly vr: string; readonly Value?: readonly (string | number | DataSet)[] }
type DataSet = { readonly [tag: string]: Attribute }

export const replyTypes = ['application/dicom+json', 'application/json', 'application/dicom+xml'] as const
export type ReplyType = (typeof replyTypes)[number]

const keywords: Readonly<Record<string, string>> = {
  '00081150': 'ReferencedSOPClassUID',
  '00081155': 'ReferencedSOPInstanceUID',
  '00081190': 'RetrieveURL',
  '00081197': 'FailureReason',
  '00081198': 'FailedSOPSequence',
  '00081199': 'ReferencedSOPSequence',
  '0008119A': 'OtherFailuresSequence',
}

// Required and empty: a sender may not retrieve what it sent.
const noRetrieveUrl: DataSet = { '00081190': { vr: 'UR' } }

const reasonOf = (reason: number): DataSet => ({ '00081197': { vr: 'US', Value: [reason] } })

const referenceOf = ({ sopClass, sopUid }: NamedInstance): DataSet => ({
  '00081150': { vr: 'UI', Value: [sopClass] },
  '00081155': { vr: 'UI', Value: [sopUid] },
})

const sequence = (tag: string, items: readonly DataSet[]): DataSet =>
  items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } }

const describe = ({ stored, otherStudy, unreadable }: StoreOutcome): DataSet => ({
  ...noRetrieveUrl,
  ...sequence(
    '00081198',
    otherStudy.map((named) => ({ ...referenceOf(named), ...reasonOf(failures.otherStudy) })),
  ),
  ...sequence(
    '00081199',
    stored.map((named) => ({ ...referenceOf(named), ...noRetrieveUrl })),
  ),
  ...sequence(
    '0008119A',
    Array.from({ length: unreadable }, () => reasonOf(failures.unreadable)),
  ),
})

// Values are UIDs of letters, digits and dots, and numbers: nothing that XML would want escaped.
const writeValue = (value: string | number | DataSet, index: number): string =>
  typeof value === 'object'
    ? `<Item number="${index + 1}">${writeAttributes(value)}</Item>`
    : `<Value number="${index + 1}">${value}</Value>`

const writeAttributes = (set: DataSet): string =>
  Object.entries(set)
    .map(
      ([tag, { vr, Value = [] }]) =>
        `<DicomAttribute tag="${tag}" vr="${vr}" keyword="${keywords[tag] ?? ''}">${Value.map(writeValue).join('')}</DicomAttribute>`,
    )
    .join('')

const writeXml = (set: DataSet): string =>
  '<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" ' +
  `xml:space="preserve">${writeAttributes(set)}</NativeDicomModel>`

/** Status and body, the body in the type asked for. */
export const storeReply = (
  outcome: StoreOutcome,
  type: ReplyType,
): { readonly status: 200 | 202 | 409; readonly body: Buffer } => {
  const set = describe(outcome)
  const failed = outcome.otherStudy.length + outcome.unreadable
  return {
    status: outcome.stored.length === 0 ? 409 : failed > 0 ? 202 : 200,
    body: Buffer.from(type === 'application/dicom+xml' ? writeXml(set) : JSON.stringify(set)),
  }
}
