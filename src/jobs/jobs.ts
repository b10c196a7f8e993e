/** Every job there is. A worker will not start unless it has a handler for each. */
import { type CaseId, type ItemId, type LetterId, type PackId, type PushId, readId } from '#domain/id.ts'
import type { Job } from './job.ts'

const idField = <Id extends CaseId | ItemId | LetterId | PackId | PushId>(
  raw: unknown,
  field: string,
): Id => {
  const value = typeof raw === 'object' && raw !== null ? Object.entries(raw) : []
  const id = readId<Id>(value.find(([name]) => name === field)?.[1])
  if (id === null) throw new Error(`job payload lacks the id "${field}"`)
  return id
}

/** Look into a stored pack's finished items and give each a verdict. */
export const admitPack: Job<{ readonly pack: PackId }> = {
  name: 'pack.admit',
  attempts: 5,
  backoffMs: 500,
  parse: (raw) => ({ pack: idField<PackId>(raw, 'pack') }),
  idOf: ({ pack }) => `pack.admit.${pack}`,
}

/** Make every file of an archive an item of its own. */
export const unpackItem: Job<{ readonly item: ItemId }> = {
  name: 'item.unpack',
  attempts: 5,
  backoffMs: 1_000,
  parse: (raw) => ({ item: idField<ItemId>(raw, 'item') }),
  idOf: ({ item }) => `item.unpack.${item}`,
}

/** See whether a case has everything its senders announced, and say so to the desk. */
export const offerCase: Job<{ readonly case: CaseId }> = {
  name: 'case.offer',
  attempts: 5,
  backoffMs: 1_000,
  parse: (raw) => ({ case: idField<CaseId>(raw, 'case') }),
  idOf: (data) => `case.offer.${data.case}`,
}

/** Write a case's sealed index into the store, so that the ledger can be rebuilt from there. */
export const indexCase: Job<{ readonly case: CaseId }> = {
  name: 'case.index',
  attempts: 5,
  backoffMs: 1_000,
  parse: (raw) => ({ case: idField<CaseId>(raw, 'case') }),
  idOf: (data) => `case.index.${data.case}`,
}

/** Send a case or a study to a PACS. */
export const pushCase: Job<{ readonly push: PushId }> = {
  name: 'case.push',
  attempts: 5,
  backoffMs: 1_000,
  parse: (raw) => ({ push: idField<PushId>(raw, 'push') }),
  idOf: ({ push }) => `case.push.${push}`,
}

/** Write what the store lacks of the audit chain. */
export const keepAudit: Job<Readonly<Record<never, never>>> = {
  name: 'audit.keep',
  attempts: 5,
  backoffMs: 1_000,
  parse: () => ({}),
  idOf: () => 'audit.keep',
}

/** Send one letter that is owed. Tried once: the ledger knows when the next try may be. */
export const sendLetter: Job<{ readonly letter: LetterId }> = {
  name: 'letter.send',
  attempts: 1,
  backoffMs: 1_000,
  parse: (raw) => ({ letter: idField<LetterId>(raw, 'letter') }),
  idOf: ({ letter }) => `letter.send.${letter}`,
}

export const jobs = [admitPack, unpackItem, offerCase, indexCase, keepAudit, sendLetter, pushCase] as const
