/**
 * Pack: the unit of I/O. One request's sealed bytes, one object in the store, one job, one transaction.
 * A pack is only ever in the ledger after its object is durable.
 */
import type { PackId } from './id.ts'
import { machine } from './state-machine.ts'

/** `quarantined`: no worker could process it; its items wait for a person and hold up nobody else. */
export type PackState = 'stored' | 'admitted' | 'quarantined' | 'dropped'

export const packMachine = machine<PackState>('pack', {
  stored: ['admitted', 'quarantined', 'dropped'],
  admitted: ['dropped'],
  quarantined: ['stored', 'admitted', 'dropped'],
  dropped: [],
})

/** The largest body of one part request, bytes. */
export const partBytes = 8_388_608

/** The JSON header of a part may take this many of those bytes. */
export const partHeaderBytes = 262_144

/** A door that takes endless bodies starts a new pack once this many plain bytes are in one. */
export const packBytes = 8_388_608

/** The name of a pack's object: random like its id, so it is never reused. */
export const packObject = (id: PackId): string => `packs/${id}`
