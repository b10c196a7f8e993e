/**
 * Read completeness: what seems to be missing of a case, found anew each time from the ledger, the sealed facts and
 * the words of its documents.
 */
import { setImmediate as giveWay } from 'node:timers/promises'
import { mayRead } from '#domain/case.ts'
import type { Came, CameInstance } from '#domain/completeness/came.ts'
import { type ImageKind, mentionedModalities } from '#domain/completeness/mentioned-modalities.ts'
import type { Note } from '#domain/completeness/note.ts'
import { completenessNotes, notesForReader } from '#domain/completeness.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId } from '#domain/id.ts'
import { type ItemState, readableStates } from '#domain/item.ts'
import { listSeal } from '#domain/seal-name.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { readDiscList } from '#formats/disc-list.ts'
import { unpackText } from '#formats/item-text.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import type { CameItem, CompletenessLedger } from '#ports/completeness-ledger.ts'
import { type OpenDocumentsNeeds, openDocuments } from '#ports/open-documents.ts'
import { openFacts } from '#ports/open-sealed.ts'

export type ReadCompletenessNeeds = OpenDocumentsNeeds & {
  readonly cases: Pick<CaseLedger, 'findCase'>
  readonly completeness: CompletenessLedger
}

/** Codes of records that arrived and that nothing could read. */
const unreadable: readonly VerdictCode[] = [
  'DICOM_HEADER_ONLY',
  'DICOM_NO_CONTENT',
  'DICOM_PDF_PAYLOAD_FALSE',
  'PDF_UNREADABLE',
  'PICTURE_UNREADABLE',
  'ARCHIVE_UNREADABLE',
  'ARCHIVE_PASSWORD',
]

const unfinished: readonly ItemState[] = ['receiving', 'received', 'unpacking']

/** Images opened before others get the process again: some milliseconds. */
const atOnce = 200

const count = (items: readonly CameItem[], some: (item: CameItem) => boolean): number =>
  items.filter(some).length

const openInstance = (
  key: CaseKey,
  of: CaseId,
  { id, state, codes, instance, sealedFacts }: CameItem,
): CameInstance | null => {
  const waiting = state === 'quarantined'
  if (instance === null || !(waiting || readableStates.some((one) => one === state))) return null
  const facts = sealedFacts === null ? {} : openFacts(key, of, id, sealedFacts)
  return { ...instance, waiting, collides: codes.includes('UID_COLLISION'), facts }
}

const openInstances = async (
  key: CaseKey,
  of: CaseId,
  items: readonly CameItem[],
): Promise<readonly CameInstance[]> => {
  const opened: CameInstance[] = []
  for (const [nth, item] of items.entries()) {
    if (nth % atOnce === atOnce - 1) await giveWay()
    const instance = openInstance(key, of, item)
    if (instance !== null) opened.push(instance)
  }
  return opened
}

const openLists = async (
  key: CaseKey,
  of: CaseId,
  items: readonly CameItem[],
): Promise<readonly (readonly string[])[]> => {
  const lists: (readonly string[])[] = []
  for (const { id, sealedList } of items) {
    if (sealedList === null) continue
    lists.push(readDiscList(key.unseal(sealedList, listSeal(of, id))))
    await giveWay()
  }
  return lists
}

const rejectedFor = (item: CameItem, codes: readonly VerdictCode[]): boolean =>
  item.state === 'rejected' && item.codes.some((code) => codes.includes(code))

const findMentioned = async (needs: OpenDocumentsNeeds, of: CaseId): Promise<ReadonlySet<ImageKind>> => {
  const mentioned = new Set<ImageKind>()
  for await (const { words } of openDocuments(needs, of)) {
    if (words !== null) for (const kind of mentionedModalities(unpackText(words))) mentioned.add(kind)
    // A long text takes milliseconds, and others wait for this process too.
    await giveWay()
  }
  return mentioned
}

/**
 * The notes for the desk, or those that a reader of the case may have. Refuses `case.not-found`, and `case.closed`
 * for a case that is not read any more.
 */
export const readCompleteness =
  (needs: ReadCompletenessNeeds) =>
  async (of: CaseId, reader: 'desk' | 'reader'): Promise<readonly Note[] | Refusal> => {
    const { cases, completeness, vault } = needs
    const row = await cases.findCase(of)
    if (row === null) return refuse('case.not-found')
    if (row.keys === null || !mayRead(row.state)) return refuse('case.closed')
    const key = await vault.open(of, row.keys.wrappedKey)
    const items = await completeness.cameOf(of)
    const came: Came = {
      instances: await openInstances(key, of, items),
      lists: await openLists(key, of, items),
      waiting: count(items, ({ state, instance }) => state === 'quarantined' && instance === null),
      unfinished: count(items, ({ state }) => unfinished.includes(state)),
      unreadable: count(items, (item) => rejectedFor(item, unreadable)),
      duplicates: count(items, (item) => rejectedFor(item, ['DUPLICATE'])),
      mentioned: await findMentioned(needs, of),
    }
    return reader === 'desk' ? completenessNotes(came) : notesForReader(came)
  }
