/** What every adapter of `push-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, PushId } from '#domain/id.ts'
import {
  after,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openCase,
  race,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const pushLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`push ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let of: CaseId
    beforeEach(async () => {
      ledgers = await open()
      of = await openCase(ledgers)
    })

    const openPush = (over: { case?: CaseId; target?: string; study?: string | null } = {}) =>
      ledgers.pushes.openPush({
        id: newId<PushId>(),
        case: of,
        target: 'pacs',
        study: null,
        at: noon,
        ...over,
      })
    const end = { state: 'done', sent: 20, failed: 0, code: null, at: after(60) } as const

    it('is one for one case, target and study until it ends, and then another', async () => {
      const ids = await race(5, () => openPush())
      expect(new Set(ids).size).toBe(1)
      const [id = newId<PushId>()] = ids
      const others = [
        await openPush({ study: '1.2.3' }),
        await openPush({ target: 'archive' }),
        await openPush({ case: await openCase(ledgers) }),
      ]
      expect(new Set([id, ...others]).size).toBe(4)
      await ledgers.pushes.takePush(id, after(1))
      expect(await openPush()).toBe(id)
      expect(await ledgers.pushes.endPush(id, end)).toMatchObject({ id, case: of, state: 'done', sent: 20 })
      expect(await openPush()).not.toBe(id)
      expect(await ledgers.pushes.pushesOf(of)).toHaveLength(4)
    })

    it('is taken, and taken again by another worker, with its counts from the beginning', async () => {
      const id = await openPush({ study: '1.2.3' })
      const taken = await ledgers.pushes.takePush(id, after(1))
      expect(taken).toMatchObject({ id, case: of, target: 'pacs', study: '1.2.3', state: 'running' })
      await ledgers.pushes.notePush(id, 7, 1, after(2))
      expect(await ledgers.pushes.pushesOf(of)).toMatchObject([{ sent: 7, failed: 1, endedAt: null }])
      expect(await ledgers.pushes.takePush(id, after(3))).toMatchObject({
        sent: 0,
        failed: 0,
        createdAt: noon,
      })
      expect(await ledgers.pushes.takePush(newId<PushId>(), after(3))).toBeNull()
    })

    it('says why it waits, and forgets it when it goes on', async () => {
      const id = await openPush()
      await ledgers.pushes.takePush(id, after(1))
      await ledgers.pushes.delayPush(id, 'pacs.unavailable', after(2))
      expect(await ledgers.pushes.pushesOf(of)).toMatchObject([
        { state: 'running', code: 'pacs.unavailable' },
      ])
      expect(await ledgers.pushes.takePush(id, after(3))).toMatchObject({ code: null })
    })

    it('ends once, and nothing changes it afterwards', async () => {
      const id = await openPush()
      await ledgers.pushes.takePush(id, after(1))
      const failed = { state: 'failed', sent: 3, failed: 2, code: 'pacs.refused', at: after(9) } as const
      const { sent: _, failed: __, ...rest } = failed
      await ledgers.pushes.notePush(id, 3, 2, after(8))
      expect(await ledgers.pushes.endPush(id, rest)).toMatchObject({ sent: 3, failed: 2 })
      expect(await ledgers.pushes.endPush(id, end)).toBeNull()
      await ledgers.pushes.notePush(id, 9, 9, after(10))
      await ledgers.pushes.delayPush(id, 'pacs.unavailable', after(10))
      expect(await ledgers.pushes.takePush(id, after(10))).toBeNull()
      const { at: endedAt, ...left } = failed
      expect(await ledgers.pushes.pushesOf(of)).toMatchObject([{ ...left, endedAt }])
    })

    it('is owed while it has not ended and nothing happens to it', async () => {
      const first = await openPush()
      const second = await openPush({ target: 'archive' })
      expect(await ledgers.pushes.owedPushes(noon, 10)).toEqual([])
      expect(new Set(await ledgers.pushes.owedPushes(after(5), 10))).toEqual(new Set([first, second]))
      await ledgers.pushes.takePush(first, after(6))
      expect(await ledgers.pushes.owedPushes(after(5), 10)).toEqual([second])
      await ledgers.pushes.takePush(second, after(6))
      await ledgers.pushes.endPush(second, end)
      expect(await ledgers.pushes.owedPushes(after(100), 10)).toEqual([first])
      expect(await ledgers.pushes.owedPushes(after(100), 0)).toEqual([])
    })
  })
}
