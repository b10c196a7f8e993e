/**
 * What is sealed of a letter: while it is owed, the JSON of what it is made from (`LetterFacts`); once it is kept for
 * the desk, the JSON of the letter itself (`KeptLetter`).
 */
import { Fault } from '#domain/fault.ts'
import { type LinkCheck, linkChecks } from '#domain/link.ts'
import { parseObject } from '#formats/json-object.ts'

/** `until`, `at`: moments as ISO text. Which of them there are follows from the kind. */
export type SealedFacts = {
  readonly to: string
  readonly url: string | null
  readonly until: Date | null
  readonly check: LinkCheck | null
  readonly at: Date | null
}

export type KeptLetter = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[]
}

const none = { url: null, until: null, check: null, at: null }

/** Facts as bytes to be sealed. */
export const writeLetterFacts = (facts: Partial<SealedFacts> & Pick<SealedFacts, 'to'>): Uint8Array =>
  Buffer.from(JSON.stringify({ ...none, ...facts }))

const readTime = (value: unknown): Date | null => {
  if (value === null) return null
  const at = typeof value === 'string' ? new Date(value) : new Date(Number.NaN)
  if (Number.isNaN(at.getTime())) throw new Fault('store.damaged')
  return at
}

/** Reads them back. @throws `store.damaged` */
export const readLetterFacts = (bytes: Uint8Array): SealedFacts => {
  const { to, url, until, check, at } = parseObject(Buffer.from(bytes))
  if (typeof to !== 'string' || (url !== null && typeof url !== 'string')) throw new Fault('store.damaged')
  const known = linkChecks.find((one) => one === check)
  if (check !== null && known === undefined) throw new Fault('store.damaged')
  return { to, url, until: readTime(until), check: known ?? null, at: readTime(at) }
}

/** A letter as bytes to be sealed. */
export const writeKeptLetter = ({ to, subject, text, attachments }: KeptLetter): Uint8Array =>
  Buffer.from(JSON.stringify({ to, subject, text, attachments }))

const readText = (value: unknown): string => {
  if (typeof value !== 'string') throw new Fault('store.damaged')
  return value
}

/** Reads it back. @throws `store.damaged` */
export const readKeptLetter = (bytes: Uint8Array): KeptLetter => {
  const { to, subject, text, attachments } = parseObject(Buffer.from(bytes))
  if (!Array.isArray(attachments)) throw new Fault('store.damaged')
  return {
    to: readText(to),
    subject: readText(subject),
    text: readText(text),
    attachments: attachments.map((one) => {
      const { name, type, content } = parseObject(JSON.stringify(one ?? null))
      return { name: readText(name), type: readText(type), content: readText(content) }
    }),
  }
}
