/** Waiting for verdicts: asks where the files stand, less and less often, until each has its verdict. */
import { waitingStates } from '#domain/item-state.ts'
import type { Conversation } from './conversation.ts'
import { askStatus } from './finish.ts'
import { rest } from './pause.ts'
import type { SentItem } from './replies.ts'

const firstWaitMs = 300
const longestWaitMs = 10_000

const isWaiting = ({ state }: SentItem): boolean => (waitingStates as readonly string[]).includes(state)

/** Files announced under these ids, and what came out of the archives among them. */
export const itemsBelow = (items: readonly SentItem[], ids: ReadonlySet<string>): SentItem[] => {
  const kept = new Set(ids)
  for (let before = -1; before !== kept.size; ) {
    before = kept.size
    for (const { id, from } of items) if (from !== null && kept.has(from)) kept.add(id)
  }
  return items.filter(({ id }) => kept.has(id))
}

export type VerdictTerms = {
  /** Of the files that are waited for. */
  readonly ids: ReadonlySet<string>
  /** Without any change for so long, the answer is what is there. */
  readonly giveUpMs: number
  readonly signal: AbortSignal
  readonly onChange?: (waiting: number, all: number, items: readonly SentItem[]) => void
}

/** `waiting`: how many have no verdict yet. @throws SendingStopped, or the signal's reason */
export const waitForVerdicts = async (
  conversation: Conversation,
  { ids, giveUpMs, signal, onChange = () => {} }: VerdictTerms,
): Promise<{ readonly items: readonly SentItem[]; readonly waiting: number }> => {
  let last = ''
  let changedAt = performance.now()
  for (let ms = firstWaitMs; ; ms = Math.min(longestWaitMs, ms * 1.5)) {
    const items = itemsBelow(await askStatus(conversation), ids)
    const waiting = items.filter(isWaiting).length
    const now = performance.now()
    const mark = `${waiting} ${items.length}`
    if (mark !== last) {
      last = mark
      changedAt = now
      onChange(waiting, items.length, items)
    }
    if (waiting === 0 || now - changedAt > giveUpMs) return { items, waiting }
    await rest(ms, signal)
  }
}
