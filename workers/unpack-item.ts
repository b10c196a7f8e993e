/** Handler of `item.unpack`. What could not be taken apart stays owed; the ledger counts tries and ends them. */
import { Fault } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { unpackItem } from '#jobs/jobs.ts'
import type { Unpacked } from '#ports/close-archive.ts'
import type { JobHandler } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import { handle } from './host.ts'

export type UnpackItemNeeds = {
  readonly unpack: (item: ItemId) => Promise<Unpacked | null>
  readonly journal: Journal
}

export const unpackItemHandler = ({ unpack, journal }: UnpackItemNeeds): JobHandler =>
  handle(unpackItem, journal, {
    run: async ({ item }, attempt) => {
      const began = performance.now()
      try {
        const done = await unpack(item)
        const ms = Math.round(performance.now() - began)
        if (done !== null)
          journal.note('info', `item.${done.state}`, { item, items: done.items, bytes: done.bytes, ms })
      } catch (error) {
        const fault = error instanceof Fault ? error.code : 'internal'
        journal.note('warn', 'item.not-unpacked', { item, attempt, fault }, error)
        throw error
      }
    },
    exhausted: async ({ item }, error) => {
      journal.note('warn', 'item.unpack-later', { item }, error)
    },
  })
