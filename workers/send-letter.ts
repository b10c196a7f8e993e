/** Handler of `letter.send`. What could not be sent stays owed; the ledger knows when, and how often still. */
import { Fault } from '#domain/fault.ts'
import type { LetterId } from '#domain/id.ts'
import type { LetterEnd } from '#domain/letter.ts'
import { sendLetter } from '#jobs/jobs.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import { handle } from './host.ts'

export type SendLetterNeeds = {
  readonly send: (letter: LetterId) => Promise<LetterEnd | null>
  readonly journal: Journal
}

export const sendLetterHandler = ({ send, journal }: SendLetterNeeds): JobHandler =>
  handle(sendLetter, journal, {
    run: async ({ letter }) => {
      const end = await send(letter)
      const isBad = end === 'refused' || end === 'failed'
      if (end !== null) journal.note(isBad ? 'warn' : 'info', `letter.${end}`, { letter })
    },
    exhausted: async ({ letter }, error) => {
      const fault = error instanceof Fault ? error.code : 'internal'
      journal.note('warn', 'letter.not-sent', { letter, fault }, error)
    },
  })
