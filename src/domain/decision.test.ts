import { describe, expect, it } from 'vitest'
import { discardReasons, itemSentence, releaseReasons, releaseRule, strictCodes } from './decision.ts'
import { itemMachine } from './item.ts'
import { type VerdictCode, verdictTable } from './verdict.ts'

const codes = Object.keys(verdictTable) as VerdictCode[]

describe('releaseRule', () => {
  it('takes one person for every code that is not in the table', () => {
    const strict = (code: VerdictCode) => Object.hasOwn(strictCodes, code) || code === 'PICTURE_DAMAGED'
    const others = codes.filter((code) => !strict(code))
    expect(others.map((code) => releaseRule([code], true))).toEqual(others.map(() => 'one-person'))
  })

  it('takes two people for another patient’s file, and nobody releases malware', () => {
    expect(releaseRule(['IDENTITY_OTHER_PATIENT'], true)).toBe('two-persons')
    expect(releaseRule(['MALWARE_FOUND'], true)).toBe('locked')
  })

  it('keeps a picture in of which nobody knows where it says its place', () => {
    expect(releaseRule(['PICTURE_LIMIT'], true)).toBe('locked')
    expect(releaseRule(['PICTURE_DAMAGED'], true)).toBe('locked')
    expect(releaseRule(['PICTURE_DAMAGED', 'PICTURE_IDENTITY_UNVERIFIED'], true)).toBe('one-person')
  })

  it('is the strictest of several, in whatever order', () => {
    const all: VerdictCode[] = ['NO_PIXELS', 'IDENTITY_OTHER_PATIENT', 'MALWARE_FOUND']
    expect(releaseRule(all, true)).toBe('locked')
    expect(releaseRule(all.toReversed(), true)).toBe('locked')
    expect(releaseRule(all.slice(0, 2), true)).toBe('two-persons')
    expect(releaseRule(all, false)).toBe('locked')
  })

  it('wants a check first where nothing has looked into the file', () => {
    expect(releaseRule(['CHECK_UNAVAILABLE'], false)).toBe('check-first')
    expect(releaseRule(['IDENTITY_OTHER_PATIENT'], false)).toBe('check-first')
    expect(releaseRule(['CHECK_UNAVAILABLE'], true)).toBe('two-persons')
  })

  it('is about codes that quarantine, and about nothing else', () => {
    for (const code of Object.keys(strictCodes) as VerdictCode[])
      expect(verdictTable[code].outcome).toBe('quarantined')
  })
})

describe('itemSentence', () => {
  it('tells a sender of a decision in words, and of a verdict in the verdict’s', () => {
    expect(itemSentence('released', ['NO_PIXELS'])).toMatch(/let it through\.$/)
    expect(itemSentence('discarded', ['NO_PIXELS'])).toMatch(/took it out of the case/)
    expect(itemSentence('discarded', [])).toMatch(/left out\.$/)
    expect(itemSentence('quarantined', ['NO_PIXELS'])).toBe(verdictTable.NO_PIXELS.sentence)
    expect(itemSentence('accepted', [])).toBeNull()
  })
})

describe('the moves out of quarantine', () => {
  it('are release, discard, another check, opening an archive, and erasure', () => {
    const out = itemMachine.states.filter((to) => itemMachine.may('quarantined', to))
    expect(out.toSorted()).toEqual(['discarded', 'erased', 'received', 'released', 'unpacking'])
    for (const from of ['released', 'discarded'] as const)
      expect(itemMachine.states.filter((to) => itemMachine.may(from, to))).toEqual(['erased'])
  })

  it('have reasons of their own, each list ending in one for what nobody thought of', () => {
    for (const reasons of [releaseReasons, discardReasons]) {
      expect(new Set(reasons).size).toBe(reasons.length)
      expect(reasons.at(-1)).toBe('other')
    }
  })
})
