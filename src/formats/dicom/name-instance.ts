/**
 * Which object a file says it is, from its first bytes alone: for a sender that asks under these names, never for a
 * verdict. Nothing behind the given bytes is needed, so a header that goes on there is no fault.
 */
import { longestUid } from '#domain/study.ts'
import { preambleBytes, sniff } from '#formats/sniff.ts'
import { windowOn } from './byte-window.ts'
import { scanHeader } from './header-scan.ts'
import { readMetaGroup } from './meta-group.ts'
import { probeEncoding, transferSyntax } from './transfer-syntax.ts'
import { isUsableUid } from './uid.ts'

export type NamedInstance = {
  readonly sopClass: string
  readonly sopUid: string
  /** Null when it does not stand in the bytes given. */
  readonly studyUid: string | null
}

const sopClassTag = 0x00080016
const sopUidTag = 0x00080018
const studyUidTag = 0x0020000d
const wanted: ReadonlySet<number> = new Set([sopClassTag, sopUidTag, studyUidTag])

const uidOf = (value: Buffer | undefined): string | null => {
  if (value === undefined || value.length > longestUid) return null
  const text = value.toString('latin1').replace(/[\0 ]+$/, '')
  return isUsableUid(text) ? text : null
}

const usable = (text: string | null): string | null => (text !== null && isUsableUid(text) ? text : null)

/** Reads `head`, the file's first bytes or all of them. Null when it is no DICOM file or does not name itself. */
export const nameInstance = async (head: Buffer): Promise<NamedInstance | null> => {
  const sniffed = sniff(head)
  if (sniffed !== 'dicom' && sniffed !== 'dicom-bare') return null
  const window = windowOn(head)
  const meta = await readMetaGroup(window, sniffed === 'dicom' ? preambleBytes + 4 : 0)
  const deflated = meta.transferSyntax !== null && transferSyntax(meta.transferSyntax)?.deflated === true
  const encoding = meta.end === null || deflated ? null : probeEncoding(head, meta.end)
  const values =
    meta.end === null || encoding === null
      ? new Map<number, Buffer>()
      : (await scanHeader(window, meta.end, encoding, wanted)).values
  const sopClass = uidOf(values.get(sopClassTag)) ?? usable(meta.sopClass)
  const sopUid = uidOf(values.get(sopUidTag)) ?? usable(meta.sopUid)
  if (sopClass === null || sopUid === null) return null
  return { sopClass, sopUid, studyUid: uidOf(values.get(studyUidTag)) }
}
