/**
 * Link facts: what a link carries for its page, sealed so that only the link itself opens it. The ledger has the box
 * and a hash of the link's secret; the edge has no key of the case. Whoever presents the link makes it readable for
 * that one request. By HKDF-SHA256 (RFC 5869; empty salt, 32 bytes) from the 32 bytes of the secret:
 *
 *     info `second-read/1/link/facts`  key of the box (`sealed/box.ts`), associated data `linkFactsSeal`
 *     info `second-read/1/link/check`  what a birth date is stretched with, so that its hash alone cannot be guessed
 *
 * The box holds JSON: `{"initials":…,"patient":{"name":…,"birthDate":…,"sex":…}}`. The texts never change.
 */
import { createSecretKey, hkdfSync } from 'node:crypto'
import { Fault } from '#domain/fault.ts'
import type { CaseId, LinkId } from '#domain/id.ts'
import type { LinkFacts } from '#domain/link-facts.ts'
import { linkFactsSeal } from '#domain/seal-name.ts'
import { parseObject } from './json-object.ts'
import { openBox, sealBox } from './sealed/box.ts'

/** Which link, and its secret: 43 characters base64url. */
export type PresentedLink = { readonly id: LinkId; readonly case: CaseId; readonly secret: string }

const secretBytes = 32

const derive = (secret: string, name: 'facts' | 'check'): Buffer => {
  const from = Buffer.from(secret, 'base64url')
  if (from.length !== secretBytes) throw new RangeError('a link secret is 32 bytes')
  return Buffer.from(hkdfSync('sha256', from, Buffer.alloc(0), `second-read/1/link/${name}`, 32))
}

const keyOf = ({ secret }: PresentedLink) => createSecretKey(derive(secret, 'facts'))

/** Seals the facts of a link. */
export const sealLinkFacts = (link: PresentedLink, facts: LinkFacts): Buffer =>
  sealBox(keyOf(link), Buffer.from(JSON.stringify(facts)), linkFactsSeal(link.case, link.id))

const textOf = (value: unknown): string | undefined => {
  if (value === undefined || typeof value === 'string') return value
  throw new Fault('store.damaged')
}

/** Opens them again. @throws `store.damaged` for another link's box, or a changed byte */
export const openLinkFacts = (link: PresentedLink, sealed: Uint8Array): LinkFacts => {
  const box = openBox(keyOf(link), sealed, linkFactsSeal(link.case, link.id))
  const { initials, patient } = parseObject(box)
  if (typeof patient !== 'object' || patient === null) throw new Fault('store.damaged')
  const { name, birthDate, sex } = { ...patient } as Readonly<Record<string, unknown>>
  return {
    initials: textOf(initials ?? undefined) ?? null,
    patient: { name: textOf(name), birthDate: textOf(birthDate), sex: textOf(sex) },
  }
}

/**
 * A birth date as it is stretched and compared: with a text that only the link gives. There are too few dates for
 * their hash to stand alone, however slow it is.
 */
export const boundBirthDate = (secret: string, date: string): string =>
  `${date} ${derive(secret, 'check').subarray(0, 16).toString('hex')}`
