/** What every adapter of `copy-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import { copyPauseMs } from '#domain/copy.ts'
import type { CaseId, CopyId, ItemId } from '#domain/id.ts'
import type { CopyLedger, CopyTurn, NewCopy, NewCopyItem } from './copy-ledger.ts'
import {
  after,
  arrive,
  bytes,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  race,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

const pause = copyPauseMs / 1_000
const few = { waiting: 2, asked: 4, since: after(-60) }

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const copyLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`copy ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let copies: CopyLedger
    let sending: Sending
    let items: readonly ItemId[] = []
    beforeEach(async () => {
      ledgers = await open()
      copies = ledgers.copies
      sending = await openSender(ledgers)
      items = (await arrive(ledgers, sending, [10, 20])).files.map(({ id }) => id)
    })

    const newCopy = (over: Partial<NewCopy> = {}): NewCopy => ({
      id: newId<CopyId>(),
      case: sending.case,
      options: { dates: 'shift', characteristics: true, burnedIn: 'include' },
      sealed: bytes(90),
      at: noon,
      ...over,
    })
    const ask = async (over: Partial<NewCopy> = {}): Promise<NewCopy> => {
      const copy = newCopy(over)
      expect(await copies.askCopy(copy, { ...few, waiting: 99, asked: 99 })).toBeNull()
      return copy
    }
    const take = async (id: CopyId, at = noon): Promise<CopyTurn> => {
      const turn = await copies.takeCopy(id, at)
      if (turn === null) throw new Error('not owed')
      return turn
    }
    const newItem = (item: ItemId, over: Partial<NewCopyItem> = {}): NewCopyItem => ({
      id: newId<ItemId>(),
      item,
      size: 6_000_000_000,
      sha256: bytes(),
      crc32: 0xfedcba98,
      headLength: 700,
      from: 5_000_000_000,
      sealedFacts: bytes(60),
      sealedHead: bytes(700),
      ...over,
    })
    const made = {
      revision: 3,
      mayShowText: 1,
      leftOut: [{ kind: 'pdf', reason: 'document', files: 2 }],
    } as const
    const stateOf = async (id: CopyId) => (await copies.copyById(sending.case, id))?.state

    it('tells what was asked for, of its own case alone', async () => {
      const { id, options } = await ask()
      const later = await ask({
        at: after(5),
        options: { dates: 'keep', characteristics: false, burnedIn: 'leave-out' },
      })
      const row = {
        id,
        case: sending.case,
        options,
        state: 'asked',
        attempts: 0,
        revision: null,
        askedAt: noon,
        endedAt: null,
        sums: null,
      }
      expect(await copies.copyById(sending.case, id)).toEqual(row)
      expect(await copies.copiesOf(sending.case)).toEqual([
        row,
        { ...row, id: later.id, options: later.options, askedAt: later.at },
      ])
      const other = newId<CaseId>()
      expect([await copies.copiesOf(other), await copies.copyById(other, id)]).toEqual([[], null])
      expect(await copies.content(sending.case, id)).toBeNull()
    })

    it('writes no more than may wait, or be asked for in a day, however many ask at once', async () => {
      const outcomes = await race(6, () => copies.askCopy(newCopy(), few))
      expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(2)
      expect(new Set(outcomes.map(refusedOf))).toEqual(new Set([null, 'copy.enough']))
      for (const { id } of await copies.copiesOf(sending.case)) {
        const turn = await take(id)
        expect(await copies.failCopy(turn, noon)).toBe(true)
      }
      for (let nth = 0; nth < 2; nth += 1) {
        const copy = newCopy()
        expect(await copies.askCopy(copy, few)).toBeNull()
        expect(await copies.failCopy(await take(copy.id), noon)).toBe(true)
      }
      expect(refusedOf(await copies.askCopy(newCopy(), few))).toBe('copy.enough')
      expect(await copies.askCopy(newCopy(), { ...few, since: noon })).toBeNull()
    })

    it('gives a copy to one of many, and to another when nothing was heard of it', async () => {
      const { id, sealed, options } = await ask()
      expect(await copies.owedCopies(after(-1), 9)).toEqual([])
      expect(await copies.owedCopies(noon, 9)).toEqual([id])
      const turns = (await race(6, () => copies.takeCopy(id, noon))).filter((turn) => turn !== null)
      expect(turns).toHaveLength(1)
      expect(turns[0]).toMatchObject({ id, case: sending.case, options, attempts: 1 })
      expect(plain(turns[0]?.sealed ?? null)).toEqual(sealed)
      expect(await copies.owedCopies(after(pause - 1), 9)).toEqual([])
      expect(await copies.takeCopy(id, after(pause - 1))).toBeNull()
      expect(await copies.owedCopies(after(pause), 9)).toEqual([id])
      expect(await take(id, after(pause))).toMatchObject({ attempts: 2 })
      expect(await copies.takeCopy(newId<CopyId>(), noon)).toBeNull()
    })

    it('keeps files of the try that makes it, and forgets those of one before', async () => {
      const { id } = await ask()
      const old = await take(id)
      const [first, second] = items.map((item) => newItem(item))
      if (first === undefined || second === undefined) throw new Error('two items')
      expect(await copies.addItems(old, [first], after(10))).toBe(true)
      expect(await copies.takeCopy(id, after(pause + 9))).toBeNull()
      const turn = await take(id, after(pause + 10))
      expect(await copies.addItems(old, [second], after(pause + 11))).toBe(false)
      expect(await copies.finishCopy(old, made, after(pause + 11))).toBe(false)
      expect(await copies.failCopy(old, after(pause + 11))).toBe(false)
      await copies.giveBackCopy(old, noon)
      expect(await stateOf(id)).toBe('making')
      expect(await copies.addItems(turn, [second], after(pause + 12))).toBe(true)
      expect(await copies.content(sending.case, id)).toBeNull()
      expect(await copies.finishCopy(turn, made, after(pause + 13))).toBe(true)
      const content = await copies.content(sending.case, id)
      const { sealedHead, ...told } = second
      expect(content).toMatchObject({
        state: 'ready',
        revision: 3,
        endedAt: after(pause + 13),
        sums: { files: 1, bytes: second.size, mayShowText: 1, leftOut: made.leftOut },
      })
      const [item] = content?.items ?? []
      expect({
        ...item,
        sha256: plain(item?.sha256 ?? null),
        sealedFacts: plain(item?.sealedFacts ?? null),
      }).toEqual(told)
      expect((await copies.heads(id, [second.id])).map(plain)).toEqual([sealedHead])
      expect(await copies.heads(id, [first.id])).toEqual([])
    })

    it('gives heads in the order asked for', async () => {
      const { id } = await ask()
      const turn = await take(id)
      const two = items.map((item) => newItem(item))
      expect(await copies.addItems(turn, two, noon)).toBe(true)
      for (const order of [two, two.toReversed()])
        expect(
          (
            await copies.heads(
              id,
              order.map((one) => one.id),
            )
          ).map(plain),
        ).toEqual(order.map(({ sealedHead }) => sealedHead))
    })

    it('adds all files or none', async () => {
      const { id } = await ask()
      const turn = await take(id)
      const [one] = items
      if (one === undefined) throw new Error('an item')
      const twice = [newItem(one), newItem(one)]
      await expect(copies.addItems(turn, twice, noon)).rejects.toBeInstanceOf(Error)
      expect(await copies.finishCopy(turn, made, noon)).toBe(true)
      expect((await copies.content(sending.case, id))?.items).toEqual([])
    })

    it('does not count a try that is given back', async () => {
      const { id } = await ask()
      await copies.giveBackCopy(await take(id), after(60))
      expect([await stateOf(id), await copies.takeCopy(id, after(59))]).toEqual(['asked', null])
      expect(await take(id, after(60))).toMatchObject({ attempts: 1 })
    })

    it.each(['ready', 'failed'] as const)('is %s once and for all', async (end) => {
      const { id } = await ask()
      const turn = await take(id)
      await copies.addItems(
        turn,
        items.slice(0, 1).map((item) => newItem(item)),
        noon,
      )
      const finish = () =>
        end === 'ready' ? copies.finishCopy(turn, made, noon) : copies.failCopy(turn, noon)
      expect((await race(4, finish)).filter(Boolean)).toHaveLength(1)
      expect(await copies.takeCopy(id, after(9e6))).toBeNull()
      expect(await copies.owedCopies(after(9e6), 9)).toEqual([])
      expect(await copies.finishCopy(turn, made, noon)).toBe(false)
      expect(await copies.failCopy(turn, noon)).toBe(false)
      expect(await copies.addItems(turn, [], noon)).toBe(false)
      await copies.giveBackCopy(turn, noon)
      expect(await stateOf(id)).toBe(end)
      expect((await copies.copyById(sending.case, id))?.sums?.files).toBe(end === 'ready' ? 1 : undefined)
    })
  })
}
