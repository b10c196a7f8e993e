/** What every adapter of `IntakeLedger.recordPacks` must refuse, whole. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { NewPack, PlannedFile } from './intake-ledger.ts'
import {
  addSender,
  announce,
  granted,
  type LedgersUnderTest,
  newFile,
  newLargeFile,
  newPack,
  noon,
  type OpenLedgers,
  openSender,
  type Run,
  refusedOf,
  type Sending,
} from './ledgers.contract.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const refusedPacksContract = (name: string, open: OpenLedgers): void => {
  describe(`intake ledger, refused packs: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    const plan = (files: readonly PlannedFile[]) => announce(ledgers, sending, files)
    const record = (...packs: NewPack[]) => ledgers.intake.recordPacks(packs)
    const send = (...runs: Run[]) => record(newPack(sending, runs))
    const itemsOf = () => ledgers.intake.itemsOf(sending.sender, false)
    /** What a refusal must have left as it was. */
    const everything = async () => [await itemsOf(), await ledgers.cases.findCase(sending.case)]

    const refusals: readonly (readonly [
      string,
      string,
      (files: readonly PlannedFile[]) => Promise<NewPack>,
    ])[] = [
      [
        'an item of another sender',
        'plan.unknown-item',
        async () => {
          const other = { ...sending, sender: await addSender(ledgers, sending.case) }
          const file = newFile(3)
          await announce(ledgers, other, [file])
          return newPack(sending, [[file]])
        },
      ],
      ['an item nobody announced', 'plan.unknown-item', async () => newPack(sending, [[newFile(3)]])],
      [
        'a run of which a part arrived before',
        'plan.changed',
        async ([, large]) => newPack(sending, [[large as PlannedFile, 0, 3]]),
      ],
      [
        'a run past the end of its item',
        'plan.changed',
        async ([, large]) => newPack(sending, [[large as PlannedFile, 2, 3]]),
      ],
      [
        'a run with a byte too few',
        'plan.changed',
        async ([small]) => changed(newPack(sending, [[small as PlannedFile]]), { length: 4 }),
      ],
      [
        'a run with a byte too many',
        'plan.changed',
        async ([small]) => changed(newPack(sending, [[small as PlannedFile]]), { length: 6 }),
      ],
      [
        'a run of no chunks',
        'plan.changed',
        async ([small]) => changed(newPack(sending, [[small as PlannedFile]]), { count: 0, length: 0 }),
      ],
      [
        'a run before the beginning',
        'plan.changed',
        async ([, large]) =>
          changed(newPack(sending, [[large as PlannedFile, 0, 1]]), { first: -1, count: 1 }),
      ],
      [
        'new bytes of a file that was left out',
        'plan.changed',
        async ([small]) => {
          await ledgers.intake.leaveOut(sending.sender, [(small as PlannedFile).id], noon)
          return newPack(sending, [[small as PlannedFile]])
        },
      ],
      [
        'bytes for a case that stopped receiving',
        'case.closed',
        async ([small]) => {
          await ledgers.cases.moveCase(sending.case, 'withdrawn', noon)
          return newPack(sending, [[small as PlannedFile]])
        },
      ],
    ]

    const changed = (pack: NewPack, over: Partial<NewPack['extents'][number]>): NewPack => ({
      ...pack,
      extents: pack.extents.map((extent) => ({ ...extent, ...over })),
    })

    for (const [what, code, make] of refusals)
      it(`refuses ${what} together with everything else of the call`, async () => {
        const files = [newFile(5), newLargeFile(), newFile(8), newFile(9)]
        await plan(files)
        const [, large, third, fourth] = files as [PlannedFile, PlannedFile, PlannedFile, PlannedFile]
        granted(await send([large, 1, 1]))
        const bad = await make(files)
        const before = await everything()
        const good = [newPack(sending, [[third]]), newPack(sending, [[fourth], [large, 3]])] as const
        expect(refusedOf(await record(good[0], bad, good[1]))).toBe(code)
        expect(refusedOf(await record(good[0], good[1], bad))).toBe(code)
        expect(await everything()).toEqual(before)
        for (const { id } of [...good, bad]) expect(await ledgers.admission.takePack(id)).toBeNull()
      })
  })
}
