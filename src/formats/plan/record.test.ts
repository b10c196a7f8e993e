/** Plan objects: exactly as described, back as they were, and nothing else believed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseId, ItemId, PlanId, SenderId } from '#domain/id.ts'
import { type RecordedFile, readPlan, writePlan } from './record.ts'

const uuid = <Id>(digit: number): Id => `${String(digit).repeat(8)}-1111-4111-8111-111111111111` as Id

const plan = {
  id: uuid<PlanId>(1),
  case: uuid<CaseId>(2),
  sender: uuid<SenderId>(3),
  archive: null,
  lockedKey: 'a.b.c.d.e',
  at: new Date('2026-11-02T12:00:00.000Z'),
}
const files: readonly RecordedFile[] = [
  { id: uuid(4), fingerprint: Buffer.alloc(32, 1), size: 524_288, sealedName: Buffer.from([0xfb, 0xff]) },
  { id: uuid(5), fingerprint: Buffer.alloc(32, 2), size: 0, sealedName: Buffer.alloc(3) },
]

const text =
  `SRPLAN01{"at":"2026-11-02T12:00:00.000Z","case":"${plan.case}","items":[` +
  `["${files[0]?.id ?? ''}","${'AQEB'.repeat(10)}AQE",524288,"-_8"],["${files[1]?.id ?? ''}","${'AgIC'.repeat(10)}AgI",0,"AAAA"]],` +
  `"key":"a.b.c.d.e","plan":"${plan.id}","sender":"${plan.sender}","version":1}`

const damaged = expect.objectContaining({ name: 'Fault', code: 'store.damaged' })

const outcomeOf = (object: Buffer): unknown => {
  try {
    return readPlan(object)
  } catch (error) {
    return error
  }
}

describe('plan object', () => {
  it('is byte for byte what its description says', () => {
    expect(writePlan(plan, files).toString()).toBe(text)
  })

  it('names the archive its files came out of, and believes nothing else there', () => {
    const archive = uuid<ItemId>(9)
    const object = writePlan({ ...plan, archive }, files)
    expect(object.toString()).toBe(text.replace('{"at"', `{"archive":"${archive}","at"`))
    expect(readPlan(object).plan).toEqual({ ...plan, archive })
    expect(outcomeOf(Buffer.from(object.toString().replace(archive, 'none')))).toEqual(damaged)
  })

  it('gives back whatever was written', () => {
    const file = fc.record({
      id: fc.uuid({ version: 4 }).map((id) => id as string as ItemId),
      fingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => Buffer.from(value)),
      size: fc.maxSafeNat(),
      sealedName: fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value)),
    })
    fc.assert(
      fc.property(fc.array(file), (some) => {
        expect(readPlan(writePlan(plan, some))).toEqual({ plan, files: some })
      }),
    )
  })

  it('is refused when it is cut', () => {
    const object = writePlan(plan, files)
    for (let length = 0; length < object.length; length += 1)
      expect(outcomeOf(object.subarray(0, length))).toEqual(damaged)
  })

  it('is refused when anything in it is not what it should be', () => {
    const swaps: [string, string][] = [
      ['"version":1', '"version":2'],
      [plan.id, 'x'],
      [plan.case, '../../etc'],
      [plan.sender, ''],
      ['"2026-11-02T12:00:00.000Z"', '"soon"'],
      ['"a.b.c.d.e"', '7'],
      ['524288', '-1'],
      ['524288', '1.5'],
      ['524288', '1e300'],
      [',0,"AAAA"', ',0'],
      ['SRPLAN01', 'SRPLAN02'],
    ]
    for (const [from, to] of swaps) expect(outcomeOf(Buffer.from(text.replace(from, to)))).toEqual(damaged)
    for (const other of ['', 'SRPLAN01', 'SRPLAN01null', 'SRPLAN01[]', 'SRPLAN01{}'])
      expect(outcomeOf(Buffer.from(other))).toEqual(damaged)
  })
})
