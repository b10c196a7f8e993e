/** The states of an item, by themselves: a browser needs to know them and none of the rules about them. */
export type ItemState =
  | 'receiving'
  | 'received'
  | 'accepted'
  | 'accepted_with_warnings'
  | 'quarantined'
  | 'rejected'
  | 'released'
  | 'unpacking'
  | 'unpacked'
  | 'discarded'
  | 'erased'

/** The states in which a specialist may read an item. */
export const readableStates = [
  'accepted',
  'accepted_with_warnings',
  'released',
] as const satisfies ItemState[]

/** The states of items that their case waits for. */
export const waitingStates = ['receiving', 'received', 'unpacking'] as const satisfies ItemState[]

/** The states of items whose bytes nobody will ever read. */
export const deadStates = ['rejected', 'discarded', 'unpacked', 'erased'] as const satisfies ItemState[]
