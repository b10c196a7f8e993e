/**
 * Case vault: case keys kept as `1.<master key id>.<base64url box>`. The box (see `formats/sealed/box.ts`) is
 * under that master key, with `second-read/1/case-key/<case id>` as associated data: the key of one case does not
 * open as that of another.
 */
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { CaseId } from '#domain/id.ts'
import { openBox, sealBox } from '#formats/sealed/box.ts'
import type { CaseVault } from '#ports/case-vault.ts'
import { caseKey, intakeKeyOf } from './case-key.ts'
import { signIntakeKey } from './intake-key.ts'
import { keyFault } from './key-file.ts'
import type { MasterKey } from './master-key.ts'
import type { SigningKeys } from './signing-keys.ts'

const wrappedShape = /^1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{80})$/

const nameOf = (id: CaseId): string => `second-read/1/case-key/${id}`

export type MasterKeys = {
  /** The newest. */
  newest(): MasterKey
  /** The one of this id; null when this ring has none. */
  find(id: string): KeyObject | null
}

const unwrapCaseKey = (masters: MasterKeys, id: CaseId, wrappedKey: string): KeyObject => {
  const [, masterId = '', box = ''] = wrappedShape.exec(wrappedKey) ?? []
  const master = masters.find(masterId)
  if (master === null) throw keyFault('no master key of this ring opens a case key')
  try {
    return createSecretKey(openBox(master, Buffer.from(box, 'base64url'), nameOf(id)))
  } catch (cause) {
    throw keyFault('a case key does not open', cause)
  }
}

/** Builds the vault. Opened keys are not kept: opening costs less than keeping them safe would. */
export const caseVault = (masters: MasterKeys, keys: SigningKeys): CaseVault => ({
  create: async (id) => {
    const bytes = randomBytes(32)
    const master = masters.newest()
    const box = sealBox(master.key, bytes, nameOf(id))
    const intakeKey = await signIntakeKey(keys, id, intakeKeyOf(createSecretKey(bytes)))
    return { wrappedKey: `1.${master.id}.${box.toString('base64url')}`, intakeKey }
  },
  open: async (id, wrappedKey) => caseKey(unwrapCaseKey(masters, id, wrappedKey)),
})
