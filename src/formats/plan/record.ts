/**
 * Plan object: what a sender announced, as the edge that has no key to open anything can write it. With a pack's
 * table of contents it makes a file out of its bytes again, with its name.
 *
 *     plan  = magic ‖ JSON
 *     magic = "SRPLAN01" (8 bytes)
 *     JSON  = canonical (RFC 8785), UTF-8: {"archive":id,"at":time,"case":id,"items":[…],"key":locked,"plan":id,
 *             "sender":id,"version":1}, one array per file: [item, fingerprint, size, sealed name]
 *
 * `archive` is there only when the files came out of that item. `key` is the 32-byte plan key as compact JWE to the
 * case's intake key; a sealed name is a box under that key with associated data `nameSeal`; the fingerprint a digest. Bytes are base64url without padding, `time` is ISO
 * 8601 in UTC with milliseconds. What is not exactly this throws `store.damaged`.
 */
import { canonicalJson } from '#domain/canonical-json.ts'
import { Fault } from '#domain/fault.ts'
import { type CaseId, type ItemId, type PlanId, readId, type SenderId } from '#domain/id.ts'
import { parseObject } from '#formats/json-object.ts'

const magic = Buffer.from('SRPLAN01', 'latin1')

/** A plan of the most files a sender may announce, each with a long path, is shorter. */
export const longestPlan = 268_435_456

export type RecordedPlan = {
  readonly id: PlanId
  readonly case: CaseId
  readonly sender: SenderId
  readonly archive: ItemId | null
  readonly lockedKey: string
  readonly at: Date
}

export type RecordedFile = {
  readonly id: ItemId
  readonly fingerprint: Uint8Array
  readonly size: number
  readonly sealedName: Uint8Array
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/** The whole object. */
export const writePlan = (plan: RecordedPlan, files: readonly RecordedFile[]): Buffer =>
  Buffer.concat([
    magic,
    Buffer.from(
      canonicalJson({
        version: 1,
        plan: plan.id,
        case: plan.case,
        sender: plan.sender,
        ...(plan.archive === null ? {} : { archive: plan.archive }),
        key: plan.lockedKey,
        at: plan.at.toISOString(),
        items: files.map((file) => [
          file.id,
          base64url(file.fingerprint),
          file.size,
          base64url(file.sealedName),
        ]),
      }),
    ),
  ])

const damaged = (cause?: unknown): Fault => new Fault('store.damaged', { cause })

const readFile = (row: unknown): RecordedFile => {
  if (!Array.isArray(row) || row.length !== 4) throw damaged()
  const [item, fingerprint, size, sealedName] = row as unknown[]
  const id = readId<ItemId>(item)
  if (id === null || typeof fingerprint !== 'string' || typeof sealedName !== 'string') throw damaged()
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw damaged()
  return {
    id,
    size,
    fingerprint: Buffer.from(fingerprint, 'base64url'),
    sealedName: Buffer.from(sealedName, 'base64url'),
  }
}

/** Reads a whole object. */
export const readPlan = (
  object: Buffer,
): { readonly plan: RecordedPlan; readonly files: readonly RecordedFile[] } => {
  if (object.length > longestPlan || !object.subarray(0, magic.length).equals(magic)) throw damaged()
  const {
    version,
    plan,
    case: of,
    sender,
    archive,
    key,
    at,
    items,
  } = parseObject(object.subarray(magic.length))
  const id = readId<PlanId>(plan)
  const caseId = readId<CaseId>(of)
  const senderId = readId<SenderId>(sender)
  const archiveId = archive === undefined ? null : readId<ItemId>(archive)
  const moment = new Date(typeof at === 'string' ? at : Number.NaN)
  if (version !== 1 || id === null || caseId === null || senderId === null) throw damaged()
  if (archive !== undefined && archiveId === null) throw damaged()
  if (typeof key !== 'string' || Number.isNaN(moment.getTime()) || !Array.isArray(items)) throw damaged()
  return {
    plan: { id, case: caseId, sender: senderId, archive: archiveId, lockedKey: key, at: moment },
    files: items.map(readFile),
  }
}
