/**
 * Read metadata: the attributes of DICOM objects as DICOM JSON (PS3.18 §10.4.1.1.2, Annex F), from the objects' own
 * bytes. Of each no more is read than its header, and no more is held than a piece; the first bytes of the next few
 * are fetched while one is written.
 */
import type { JsonSet } from '#domain/dicom-json.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import type { InstanceFacts } from '#domain/study.ts'
import { openingBytes, openObject } from '#formats/dicom/open-object.ts'
import { writeJson } from '#formats/dicom/write-json.ts'
import { type ServedItem, servedItem } from '#formats/pack/served-item.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import type { InstanceLedger, InstanceScope, ReadableInstance } from '#ports/instance-ledger.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import { openExtents } from '#ports/open-sealed.ts'
import { readPacks } from '#ports/read-packs.ts'

export type ReadMetadataNeeds = {
  readonly instances: Pick<InstanceLedger, 'content'>
  readonly vault: CaseVault
  readonly store: Pick<ObjectStore, 'read'>
}

/** Where a value of an object is had; `place` is `TAG`, or `TAG.item.TAG` inside a sequence. */
export type BulkAddresses = (instance: InstanceFacts, place: string) => string

export type Metadata = {
  readonly modified: Date
  readonly count: number
  /** Instances of the same scope that wait for a person, and are not told. */
  readonly withheld: number
  /** One JSON array, in pieces. */
  write(): AsyncIterable<string>
}

/** Objects whose first bytes are fetched before their turn. */
const ahead = 8

type Opening = {
  readonly instance: InstanceFacts
  readonly file: ServedItem
  readonly head: Promise<Buffer>
}

/** Of an object that is too long to be looked into: what the index has of it. */
const briefly = ({ sopClass, sopUid, modality, studyUid, seriesUid }: InstanceFacts): JsonSet => ({
  '00080016': { vr: 'UI', Value: [sopClass] },
  '00080018': { vr: 'UI', Value: [sopUid] },
  '00080060': modality === '' ? { vr: 'CS' } : { vr: 'CS', Value: [modality] },
  '0020000D': { vr: 'UI', Value: [studyUid] },
  '0020000E': { vr: 'UI', Value: [seriesUid] },
})

async function* writeOne({ instance, file, head }: Opening, bulk: BulkAddresses): AsyncGenerator<string> {
  const object = await openObject(file, await head)
  const available: JsonSet = { '00083002': { vr: 'UI', Value: [instance.transferSyntax] } }
  if (object === null) yield JSON.stringify({ ...briefly(instance), ...available })
  else yield* writeJson(object, available, (place) => bulk(instance, place))
}

async function* writeAll(
  items: readonly ReadableInstance[],
  open: (item: ReadableInstance) => Opening,
  bulk: BulkAddresses,
): AsyncGenerator<string> {
  const opening: Opening[] = []
  let next = 0
  const fetchAhead = (): void => {
    for (let item = items[next]; item !== undefined && opening.length < ahead; item = items[next]) {
      next += 1
      opening.push(open(item))
    }
  }
  yield '['
  fetchAhead()
  for (let count = 0, one = opening.shift(); one !== undefined; count += 1, one = opening.shift()) {
    fetchAhead()
    if (count > 0) yield ','
    yield* writeOne(one, bulk)
  }
  yield ']'
}

/** Refuses `item.not-found` for what is not there, not of this case or not readable: nobody learns which. */
export const readMetadata =
  ({ instances, vault, store }: ReadMetadataNeeds) =>
  async (of: CaseId, scope: InstanceScope, bulk: BulkAddresses): Promise<Metadata | Refusal> => {
    const content = await instances.content(of, scope)
    if (content === null || content.items.length === 0) return refuse('item.not-found')
    const key = await vault.open(of, content.wrappedKey)
    const open = ({ instance, extents, size, served }: ReadableInstance): Opening => {
      const opened = openExtents(key, extents)
      const file = servedItem(size, opened, served?.patches ?? [], readPacks(store))
      const head = file.read(0, Math.min(size, openingBytes))
      // Whoever takes its turn hears of a failure; until then it is nobody's.
      head.catch(() => {})
      return { instance, file, head }
    }
    return {
      modified: content.changedAt,
      count: content.items.length,
      withheld: content.withheld,
      write: () => writeAll(content.items, open, bulk),
    }
  }
