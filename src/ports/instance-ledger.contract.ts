/** What every adapter of `instance-ledger.ts` must do: exactly the readable objects of the case, in order. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { CaseId, ItemId, OperatorId } from '#domain/id.ts'
import type { InstanceFacts } from '#domain/study.ts'
import type { ItemDecision } from './admission-ledger.ts'
import {
  admitAll,
  arrive,
  type LedgersUnderTest,
  newId,
  newInstance,
  newServed,
  noon,
  type OpenLedgers,
  openSender,
  plain,
  type Sending,
} from './ledgers.contract.ts'

type Numbered = Pick<InstanceFacts, 'studyUid' | 'seriesUid' | 'sopUid'> & Partial<InstanceFacts>

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const instanceLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`instance ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let sending: Sending
    beforeEach(async () => {
      ledgers = await open()
      sending = await openSender(ledgers)
    })

    /** Items of a pack with these objects in them; `over` as it is of each. */
    const admit = async (
      objects: readonly Numbered[],
      over: (index: number) => Partial<ItemDecision> = () => ({}),
      of = sending,
    ): Promise<readonly ItemDecision[]> => {
      const { pack } = await arrive(
        ledgers,
        of,
        objects.map(() => 200),
      )
      return admitAll(ledgers, pack.id, (index) => ({
        kind: 'dicom',
        instance: newInstance(objects[index]),
        ...over(index),
      }))
    }

    const uids = (studyUid: string, seriesUid: string, sopUid: string): Numbered => ({
      studyUid,
      seriesUid,
      sopUid,
    })
    const everything = async () => {
      const { series } = (await ledgers.instances.outline(sending.case)) ?? { series: [] }
      return ledgers.instances.instances(sending.case, { series, offset: 0, limit: 99 })
    }

    it('outlines the series of a case by what their instances have', async () => {
      const decided = await admit([
        { ...uids('1.1', '2.9', '3.2'), seriesNumber: 4, instanceNumber: 2 },
        { ...uids('1.1', '2.9', '3.1'), seriesNumber: 3, instanceNumber: 1, modality: 'PR', sopClass: '9.9' },
        { ...uids('1.1', '2.8', '3.3'), seriesNumber: 7 },
        { ...uids('1.0', '2.7', '3.4'), seriesNumber: null },
      ])
      const outline = await ledgers.instances.outline(sending.case)
      expect(outline).toMatchObject({ case: sending.case, wrappedKey: `wrapped ${sending.case}` })
      expect(outline?.series.map(({ seriesUid }) => seriesUid)).toEqual(['2.7', '2.9', '2.8'])
      const [, series] = outline?.series ?? []
      expect(series).toMatchObject({
        studyUid: '1.1',
        modalities: ['CT', 'PR'],
        number: 3,
        instances: 2,
        item: decided[1]?.item,
      })
      expect(series?.sopClasses.toSorted()).toEqual(['1.2.840.10008.5.1.4.1.1.2', '9.9'])
      expect(plain(series?.sealedFacts ?? null)).toEqual(decided[1]?.sealedFacts)
      const only = await ledgers.instances.outline(sending.case, '1.1')
      expect(only?.series.map(({ seriesUid }) => seriesUid)).toEqual(['2.9', '2.8'])
      expect((await ledgers.instances.outline(sending.case, '1.7'))?.series).toEqual([])
    })

    it('pages through instances in the order asked for, and counts them', async () => {
      await admit([
        { ...uids('1.1', '2.1', '3.1'), instanceNumber: 10 },
        { ...uids('1.1', '2.1', '3.2'), instanceNumber: 9 },
        { ...uids('1.1', '2.1', '3.3'), instanceNumber: null },
        { ...uids('1.1', '2.2', '3.4'), instanceNumber: 1, sopClass: '9.9' },
      ])
      const series = [
        { studyUid: '1.1', seriesUid: '2.2', instances: 1 },
        { studyUid: '1.1', seriesUid: '2.1', instances: 3 },
      ]
      const ask = async (offset: number, limit: number, over: object = {}) => {
        const page = await ledgers.instances.instances(sending.case, { series, offset, limit, ...over })
        return [page.total, ...page.instances.map(({ instance }) => instance.sopUid)]
      }
      expect(await ask(0, 99)).toEqual([4, '3.4', '3.2', '3.1', '3.3'])
      expect(await ask(0, 2)).toEqual([4, '3.4', '3.2'])
      expect(await ask(3, 2)).toEqual([4, '3.3'])
      expect(await ask(4, 2)).toEqual([4])
      expect(await ask(99, 2)).toEqual([4])
      expect(await ask(0, 9, { sopUids: ['3.1', '3.4', '7'] })).toEqual([2, '3.4', '3.1'])
      expect(await ask(0, 9, { sopClasses: ['9.9'] })).toEqual([1, '3.4'])
      expect(await ask(0, 9, { numbers: [9, 10] })).toEqual([2, '3.2', '3.1'])
      expect(await ask(0, 9, { series: [] })).toEqual([0])
    })

    it('outlines what came since, whatever was asked before', async () => {
      await admit([uids('1.1', '2.1', '3.1'), uids('1.2', '2.2', '3.2')])
      const outlined = async (study?: string) =>
        (await ledgers.instances.outline(sending.case, study))?.series.map((one) => [
          one.seriesUid,
          one.instances,
          one.modalities,
        ])
      const first = [
        ['2.1', 1, ['CT']],
        ['2.2', 1, ['CT']],
      ]
      expect(await outlined()).toEqual(first)
      expect(await outlined()).toEqual(first)
      const [held] = await admit(
        [{ ...uids('1.2', '2.2', '3.3'), modality: 'SR' }, uids('1.1', '2.3', '3.4')],
        (n) => ({ codes: n === 0 ? ['DICOM_TRUNCATED'] : [] }),
      )
      expect(await outlined()).toEqual([
        ['2.1', 1, ['CT']],
        ['2.3', 1, ['CT']],
        ['2.2', 1, ['CT']],
      ])
      expect(await outlined('1.1')).toEqual([
        ['2.1', 1, ['CT']],
        ['2.3', 1, ['CT']],
      ])
      const released = await ledgers.decisions.decide({
        case: sending.case,
        item: held?.item ?? newId<ItemId>(),
        by: newId<OperatorId>(),
        act: 'release',
        reason: 'other',
        sealedNote: null,
        at: noon,
      })
      expect(released).toMatchObject({ state: 'released' })
      expect(await outlined('1.2')).toEqual([['2.2', 2, ['CT', 'SR']]])
    })

    it('gives every page of whole series as one long list has it', async () => {
      // Every third waits for a person, and the series are asked for in another order than they stand in.
      const objects = Array.from({ length: 30 }, (_, n) => ({
        ...uids('1.1', `2.${n % 4}`, `3.${n}`),
        instanceNumber: (n * 7) % 11,
      }))
      await admit(objects, (n) => ({ codes: n % 3 === 0 ? ['DICOM_TRUNCATED'] : [] }))
      const outline = await ledgers.instances.outline(sending.case)
      const series = outline?.series.toReversed() ?? []
      const ask = async (offset: number, limit: number, over: object = {}) => {
        const page = await ledgers.instances.instances(sending.case, { series, offset, limit, ...over })
        expect(page.total).toBe(20)
        return page.instances.map(({ instance }) => instance.sopUid)
      }
      const all = await ask(0, 99)
      expect(all.length).toBe(20)
      expect(await ask(0, 99, { numbers: Array.from({ length: 11 }, (_, n) => n) })).toEqual(all)
      expect(await ask(0, 1_000)).toEqual(all)
      for (const limit of [0, 1, 3, 5, 7, 20])
        for (let offset = 0; offset <= 21; offset += 1)
          expect(await ask(offset, limit)).toEqual(all.slice(offset, offset + limit))
    })

    it('gives what may be read, and nothing of anybody else', async () => {
      const codes = [[], ['BAD_VR'], ['DICOM_TRUNCATED'], ['EMPTY_FILE']] as const
      const objects = codes.map((_, n) => uids('1.1', '2.1', `3.${n}`))
      await admit(objects, (n) => ({ codes: codes[n] ?? [] }))
      const other = await openSender(ledgers)
      await admit([uids('1.1', '2.1', '3.7')], undefined, other)
      const found = await everything()
      expect(found.instances.map(({ instance }) => instance.sopUid)).toEqual(['3.0', '3.1'])
      expect((await ledgers.instances.outline(sending.case))?.series[0]?.instances).toBe(2)
      const content = await ledgers.instances.content(sending.case, { study: '1.1' })
      expect(content?.items.map(({ instance }) => instance.sopUid)).toEqual(['3.0', '3.1'])
      expect(content?.withheld).toBe(1)
      expect(
        (await ledgers.instances.content(sending.case, { study: '1.1', instance: '3.7' }))?.items,
      ).toEqual([])
    })

    it('gives what a bundle has of the same object, in the order of the series', async () => {
      await admit([
        { ...uids('1.1', '2.2', '3.1'), seriesNumber: 2, instanceNumber: 2 },
        { ...uids('1.1', '2.2', '3.2'), seriesNumber: 2, instanceNumber: 1 },
        { ...uids('1.1', '2.1', '3.3'), seriesNumber: 1, instanceNumber: 5 },
        { ...uids('1.2', '2.3', '3.4') },
      ])
      const of = (scope: Parameters<typeof ledgers.instances.content>[1]) =>
        ledgers.instances.content(sending.case, scope)
      const sops = async (scope: Parameters<typeof of>[0]) =>
        (await of(scope))?.items.map(({ instance }) => instance.sopUid)
      expect(await sops({ study: '1.1' })).toEqual(['3.3', '3.2', '3.1'])
      expect(await sops({ study: '1.1', series: '2.2' })).toEqual(['3.2', '3.1'])
      expect(await sops({ study: '1.1', series: '2.2', instance: '3.1' })).toEqual(['3.1'])
      expect(await sops({ study: '1.1', series: '2.1', instance: '3.1' })).toEqual([])
      const whole = await ledgers.delivery.content(sending.case)
      const study = await of({ study: '1.2' })
      expect(study).toMatchObject({ revision: whole?.revision, wrappedKey: whole?.wrappedKey, withheld: 0 })
      const ofStudy = whole?.items.filter(({ instance }) => instance?.studyUid === '1.2') ?? []
      expect(study?.items.map((item) => ({ ...item, sealedFacts: null }))).toEqual(
        ofStudy.map((item) => ({ ...item, sealedFacts: null })),
      )
      expect(study?.items.some((item) => 'sealedFacts' in item)).toBe(false)
    })

    it('gives what leaves changed only once there is its copy', async () => {
      const decided = await admit([uids('1.1', '2.1', '3.1')], () => ({ codes: ['PREAMBLE_NONZERO'] }))
      const [served] = await admit([uids('1.1', '2.1', '3.2')], () => ({
        codes: ['PREAMBLE_NONZERO'],
        served: newServed(),
      }))
      const listed = (await everything()).instances.map(({ item }) => item)
      const bundled = (await ledgers.delivery.content(sending.case))?.items.map(({ id }) => id)
      expect(new Set(listed)).toEqual(new Set(bundled))
      expect(listed).toEqual([decided[0]?.item, served?.item])
    })

    it('gives nothing without a case, its key, or the right to read it', async () => {
      await admit([uids('1.1', '2.1', '3.1')])
      expect(await ledgers.instances.outline(newId<CaseId>())).toBeNull()
      expect(await ledgers.instances.content(newId<CaseId>(), { study: '1.1' })).toBeNull()
      for (const state of ['ready', 'assigned', 'in_review', 'opined', 'closed'] as const)
        await ledgers.cases.moveCase(sending.case, state, noon)
      expect(await ledgers.instances.outline(sending.case)).toBeNull()
      expect(await ledgers.instances.content(sending.case, { study: '1.1' })).toBeNull()
      const gone = await openSender(ledgers)
      await ledgers.destroyKey(gone.case)
      expect(await ledgers.instances.outline(gone.case)).toBeNull()
      const nobody: ItemId[] = []
      expect(
        (await ledgers.instances.instances(gone.case, { series: [], offset: 0, limit: 1 })).instances,
      ).toEqual(nobody)
    })
  })
}
