/**
 * Key ring on disk. `edge/` has what an upload edge needs (fingerprint key, receipt keys), `vault/` what opens
 * and signs everything else (master keys, other signing keys), `public.jwks.json` what verifies. Nothing here
 * overwrites a key. Only a process that has the whole ring may make or rotate; `public.jwks.json` is written
 * last, so a ring that has it is complete.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createFile, keyFault, listFolder, makeFolder, readOpenFile, replaceFile } from './key-file.ts'
import { listMasterKeys, makeMasterKey } from './master-key.ts'
import { publicSetPath, writePublicSet } from './public-set.ts'
import {
  listSigningKeys,
  makeSigningKey,
  type Purpose,
  purposes,
  type SigningKey,
  signingKeyPath,
  writeSigningKey,
} from './signing-key.ts'

const listAll = (folder: string): readonly SigningKey[] => [
  ...listSigningKeys(folder, 'edge'),
  ...listSigningKeys(folder, 'vault'),
]

/** Another process may rotate meanwhile: write until what stands there is what the files say. */
const publish = (folder: string, now: Date): void => {
  const path = publicSetPath(folder)
  for (let tries = 0; tries < 5; tries++) {
    replaceFile(path, writePublicSet(listAll(folder), now))
    if (readOpenFile(path).equals(writePublicSet(listAll(folder), now))) break
  }
  stripRetired(folder)
}

/** A retired key signs nothing more: its private half goes, its date stays. */
const stripRetired = (folder: string): void => {
  for (const key of listAll(folder))
    if (key.retiredAt !== null && key.d !== null)
      replaceFile(signingKeyPath(folder, key), writeSigningKey({ ...key, d: null }))
}

const isComplete = (folder: string): boolean => listFolder(folder).includes('public.jwks.json')

const requireWhole = (folder: string): void => {
  if (!isComplete(folder)) throw keyFault('public.jwks.json is missing: make the ring first')
  if (!listFolder(join(folder, 'edge')).includes('fingerprint.key'))
    throw keyFault('edge/fingerprint.key is missing: restore the ring from its backup')
  if (listMasterKeys(folder).length === 0)
    throw keyFault('vault has no master key: restore the ring from its backup')
}

const addSigningKey = (folder: string, purpose: Purpose, number: number, now: Date): void => {
  const key = makeSigningKey(purpose, number, now)
  createFile(signingKeyPath(folder, key), writeSigningKey(key))
}

/**
 * Makes what a ring lacks: everything on the first start, later only a signing key of a purpose that is new.
 * Any number of processes may do so at once.
 * @throws Fault `key.unavailable` when a complete ring has lost its master or fingerprint key: a fresh one would
 * open nothing and only hide the loss.
 */
export const createKeyRing = (folder: string, now: Date): void => {
  if (isComplete(folder)) requireWhole(folder)
  for (const part of [folder, join(folder, 'edge'), join(folder, 'vault')]) makeFolder(part)
  createFile(join(folder, 'edge', 'fingerprint.key'), randomBytes(32))
  if (listMasterKeys(folder).length === 0) makeMasterKey(folder, 1, now)
  const present = new Set(listAll(folder).map(({ purpose }) => purpose))
  for (const purpose of purposes) if (!present.has(purpose)) addSigningKey(folder, purpose, 1, now)
  publish(folder, now)
}

/**
 * A new signing key for a purpose; the old one verifies until the last thing it signed is over. Two rotations
 * at the same moment are one.
 * @throws Fault `key.unavailable` when the ring is not whole.
 */
export const rotateSigningKey = (folder: string, purpose: Purpose, now: Date): void => {
  requireWhole(folder)
  const numbers = listAll(folder)
    .filter((key) => key.purpose === purpose)
    .map(({ number }) => number)
  addSigningKey(folder, purpose, Math.max(0, ...numbers) + 1, now)
  publish(folder, now)
}

/**
 * A new master key for case keys to come; old ones still unwrap.
 * @throws Fault `key.unavailable` when the ring is not whole.
 */
export const rotateMasterKey = (folder: string, now: Date): void => {
  requireWhole(folder)
  makeMasterKey(folder, Math.max(...listMasterKeys(folder).map(({ number }) => number)) + 1, now)
  publish(folder, now)
}
