/**
 * Associated data of everything sealed: what a ciphertext is, and whose. A run of bytes moved to another item,
 * pack, case or purpose does not open. The texts are part of the stored format and never change.
 */
import type {
  CaseId,
  CopyId,
  ItemId,
  LetterId,
  LinkId,
  OperatorId,
  PackId,
  PlanId,
  ReaderId,
  SenderId,
} from './id.ts'

/** Of an extent: the run of an item's chunks that starts with chunk `first`, in a pack. */
export const extentSeal = (pack: PackId, item: ItemId, first: number): string =>
  `second-read/1/extent/${pack}/${item}/${first}`

/** Of a pack's table of contents. */
export const contentsSeal = (pack: PackId): string => `second-read/1/contents/${pack}`

/** Of the first bytes of a pack's items. */
export const headsSeal = (pack: PackId): string => `second-read/1/heads/${pack}`

/** Of an item's name and modification time, under the key of the plan that announced it. */
export const nameSeal = (plan: PlanId, item: ItemId): string => `second-read/1/name/${plan}/${item}`

/** Of an item's facts, under the case key. */
export const factsSeal = (id: CaseId, item: ItemId): string => `second-read/1/facts/${id}/${item}`

/** Of what a disc's directory lists, under the case key. */
export const listSeal = (id: CaseId, item: ItemId): string => `second-read/1/list/${id}/${item}`

/** Of an item's words, under the case key. */
export const textSeal = (id: CaseId, item: ItemId): string => `second-read/1/text/${id}/${item}`

/** Of what a person of the desk wrote about a decision on an item, under the case key. */
export const noteSeal = (id: CaseId, item: ItemId, by: OperatorId): string =>
  `second-read/1/note/${id}/${item}/${by}`

/** Of a case's own details (patient, question), under the case key. */
export const detailsSeal = (id: CaseId): string => `second-read/1/details/${id}`

/** Of a sender's details (name, address), under the case key. */
export const senderSeal = (id: CaseId, sender: string): string => `second-read/1/sender/${id}/${sender}`

/** Of who a sender says they are, under a key of its own that is locked to the case's intake key. */
export const introductionSeal = (id: CaseId, sender: SenderId): string =>
  `second-read/1/introduction/${id}/${sender}`

/** Of what a link carries for its page, under a key of the link's own secret. */
export const linkFactsSeal = (id: CaseId, link: LinkId): string => `second-read/1/link-facts/${id}/${link}`

/** Of a reader's details (name), under the case key. */
export const readerSeal = (id: CaseId, reader: ReaderId): string => `second-read/1/reader/${id}/${reader}`

/** Of what a letter is made from (address, link), or of its words once they are kept, under the case key. */
export const letterSeal = (id: CaseId, letter: LetterId, what: 'facts' | 'words'): string =>
  `second-read/1/letter/${id}/${letter}/${what}`

/** Of the key of a de-identified copy and what else it is made with, under the case key. */
export const copySeal = (id: CaseId, copy: CopyId): string => `second-read/1/copy/${id}/${copy}`

/** Of the head of a file in a de-identified copy, or of the facts in it, under the case key. */
export const copyItemSeal = (id: CaseId, copy: CopyId, item: ItemId, what: 'head' | 'facts'): string =>
  `second-read/1/copy-item/${id}/${copy}/${item}/${what}`

/** Of the body of an index object: a case's index of this sequence number, or a piece of the audit chain. */
export const indexSeal = (kind: 'case' | 'audit', of: CaseId, sequence: number): string =>
  `second-read/1/index/${kind}/${of}/${sequence}`
