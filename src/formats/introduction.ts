/**
 * Introduction, sealed: a box (`sealed/box.ts`) over the JSON `{"mail":…,"name":…,"phone":…}` under a fresh 32-byte
 * key, associated data `introductionSeal`. The key goes to the case's intake key: the edge can write it, and only who
 * has the case's key can read it.
 */
import { createSecretKey } from 'node:crypto'
import { canonicalJson } from '#domain/canonical-json.ts'
import { Fault } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import type { Introduction } from '#domain/introduction.ts'
import { introductionSeal } from '#domain/seal-name.ts'
import { parseObject } from './json-object.ts'
import { openBox, sealBox } from './sealed/box.ts'

/** Seals it under a 32-byte key that is used for nothing else. */
export const sealIntroduction = (
  key: Uint8Array,
  of: CaseId,
  sender: SenderId,
  { name, mail, phone }: Introduction,
): Uint8Array =>
  sealBox(
    createSecretKey(key),
    Buffer.from(canonicalJson({ name, mail, phone })),
    introductionSeal(of, sender),
  )

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string'

/** Opens it with the key that `CaseKey.unlock` gave. @throws `store.damaged` */
export const openIntroduction = (
  key: Uint8Array,
  of: CaseId,
  sender: SenderId,
  sealed: Uint8Array,
): Introduction => {
  const { name, mail, phone } = parseObject(
    openBox(createSecretKey(key), sealed, introductionSeal(of, sender)),
  )
  if (typeof name !== 'string' || !isTextOrNull(mail) || !isTextOrNull(phone))
    throw new Fault('store.damaged')
  return { name, mail, phone }
}
