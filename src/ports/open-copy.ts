/** What makes one de-identified copy different from every other, sealed under the case key. */
import { randomBytes, randomInt } from 'node:crypto'
import type { CaseId, CopyId } from '#domain/id.ts'
import { copySeal } from '#domain/seal-name.ts'
import type { CaseKey } from './case-vault.ts'

export type CopySecrets = {
  /** Maps UIDs, 32 bytes in base64: within one copy references hold, and no two copies can be put together by them. */
  readonly key: string
  /** By how many days dates are moved, where they are. */
  readonly moveDays: number
  /** The patient's name and number in the copy. */
  readonly pseudonym: { readonly name: string; readonly id: string }
}

/** No vowels, so no words; nothing that is taken for something else. */
const letters = '23456789BCDFGHJKMNPQRSTVWXZ'
const pseudonymLetters = 6

/** Into the past, and far enough that the true day cannot be guessed. */
const leastDays = 30
const mostDays = 3_650

/** Secrets of a new copy. */
export const makeCopySecrets = (): CopySecrets => {
  const id = Array.from({ length: pseudonymLetters }, () => letters[randomInt(letters.length)]).join('')
  return {
    key: randomBytes(32).toString('base64'),
    moveDays: -randomInt(leastDays, mostDays + 1),
    pseudonym: { name: `Case ${id}`, id },
  }
}

export const sealCopySecrets = (key: CaseKey, of: CaseId, copy: CopyId, secrets: CopySecrets): Uint8Array =>
  key.seal(Buffer.from(JSON.stringify(secrets)), copySeal(of, copy))

/** Reverses `sealCopySecrets`. @throws `store.damaged` */
export const openCopySecrets = (key: CaseKey, of: CaseId, copy: CopyId, sealed: Uint8Array): CopySecrets =>
  JSON.parse(Buffer.from(key.unseal(sealed, copySeal(of, copy))).toString('utf8')) as CopySecrets
