/** Link facts: read anew from their description; opened by their own link and nothing else. */
import { createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CaseId, LinkId } from '#domain/id.ts'
import { linkFactsOf } from '#domain/link-facts.ts'
import { boundBirthDate, openLinkFacts, type PresentedLink, sealLinkFacts } from './link-facts.ts'

const newLink = (over: Partial<PresentedLink> = {}): PresentedLink => ({
  id: randomUUID() as string as LinkId,
  case: randomUUID() as string as CaseId,
  secret: randomBytes(32).toString('base64url'),
  ...over,
})

const stated = { name: 'शर्मा^आशा', birthDate: '1970-01-31', sex: 'F' }
const facts = linkFactsOf({ ...stated, id: '17', issuer: 'B' })

describe('link facts', () => {
  it('are of the stated patient, and no more than is compared', () => {
    expect(facts).toEqual({ initials: 'आश', patient: stated })
    expect(linkFactsOf({ ...stated, pseudonymous: true })).toEqual({ initials: 'आश', patient: {} })
    expect(linkFactsOf({})).toMatchObject({ initials: null })
  })

  it('are read by a second reader, from the description alone', () => {
    const link = newLink()
    const box = sealLinkFacts(link, facts)
    const key = hkdfSync(
      'sha256',
      Buffer.from(link.secret, 'base64url'),
      Buffer.alloc(0),
      'second-read/1/link/facts',
      32,
    )
    const open = createDecipheriv('aes-256-gcm', Buffer.from(key), box.subarray(0, 12))
    open.setAAD(Buffer.from(`second-read/1/link-facts/${link.case}/${link.id}`))
    open.setAuthTag(box.subarray(-16))
    const text = Buffer.concat([open.update(box.subarray(12, -16)), open.final()]).toString('utf8')
    expect(JSON.parse(text)).toEqual({ initials: 'आश', patient: stated })
  })

  it('come back as they were, whatever was not stated', () => {
    const link = newLink()
    for (const patient of [stated, {}, { birthDate: '1970-01-31' }, { name: 'A' }]) {
      const some = linkFactsOf(patient)
      expect(openLinkFacts(link, sealLinkFacts(link, some))).toEqual(some)
    }
  })

  it('do not open for another secret, link or case, nor with a changed byte', () => {
    const link = newLink()
    const box = sealLinkFacts(link, facts)
    const { id, case: of, secret } = newLink()
    for (const other of [{ id }, { case: of }, { secret }])
      expect(() => openLinkFacts({ ...link, ...other }, box)).toThrow('store.damaged')
    for (let at = 0; at < box.length; at += 1) {
      const changed = Buffer.from(box)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => openLinkFacts(link, changed)).toThrow('store.damaged')
    }
    expect(() => openLinkFacts(link, Buffer.alloc(0))).toThrow('store.damaged')
  })
})

describe('a birth date', () => {
  it('is bound to the link, and fits what may be typed', () => {
    const [one, other] = [newLink().secret, newLink().secret]
    expect(boundBirthDate(one, '1970-01-31')).toBe(boundBirthDate(one, '1970-01-31'))
    expect(boundBirthDate(one, '1970-01-31')).not.toBe(boundBirthDate(other, '1970-01-31'))
    expect(boundBirthDate(one, '1970-01-31').length).toBeLessThanOrEqual(64)
  })
})
