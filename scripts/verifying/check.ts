/**
 * Check: a bundle against its signed manifest. It holds when the signature is one of these keys', MANIFEST.JSN is what
 * was signed, every file of it is there with its size and SHA-256, and nothing else is. Nothing of the bundle is
 * believed before the signature holds, and a length from it is never an allocation.
 */
import { createHash } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import { type Line, type Manifest, readManifest, signatureName, verifySignature } from './manifest.ts'
import type { Source, SourceFile } from './source.ts'

export type Outcome = {
  /** One line each, for a person; none when the bundle holds. */
  readonly problems: readonly string[]
  readonly files: number
  readonly bytes: number
  /** Of the manifest, once its signature holds. */
  readonly signed: { readonly case: string; readonly revision: number; readonly key: string } | null
}

const manifestName = 'MANIFEST.JSN'

/** A manifest of 200,000 files has some 60 MB, and its signature a third more. */
const longestManifest = 268_435_456

/** Names from a bundle, for a terminal: nothing in them that moves its cursor. */
const shown = (path: string): string => path.replace(/[^\x21-\x7e]/g, '?').slice(0, 120)

/** An error of the system has a code, and says nothing of the bundle. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** Null for what is missing, too long, damaged or no plain file. */
const readWhole = async (file: SourceFile | undefined): Promise<Buffer | null> => {
  if (file === undefined || !file.plain || file.size > longestManifest) return null
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of (await file.read()) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > longestManifest) return null
      pieces.push(piece)
    }
  } catch (error) {
    if (isOfSystem(error)) throw error
    return null
  }
  return Buffer.concat(pieces)
}

/** Why a file is not as it was signed; null when it is. */
const judgeFile = async (file: SourceFile, line: Line): Promise<string | null> => {
  if (!file.plain) return `${shown(line.path)}: a link or a locked file stands in its place.`
  if (file.size !== line.size)
    return `${shown(line.path)}: ${file.size} bytes long, signed were ${line.size}.`
  const hash = createHash('sha256')
  let length = 0
  try {
    for await (const piece of (await file.read()) as AsyncIterable<Buffer>) {
      length += piece.length
      if (length > line.size) break
      hash.update(piece)
    }
  } catch (error) {
    if (isOfSystem(error)) throw error
    return `${shown(line.path)}: damaged, it cannot be read to its end.`
  }
  const same = length === line.size && hash.digest('hex') === line.sha256
  return same ? null : `${shown(line.path)}: its content is not what was signed.`
}

/** By path; of two with one path the first, and a problem. */
const byPath = (files: readonly SourceFile[], problems: string[]): Map<string, SourceFile> => {
  const found = new Map<string, SourceFile>()
  for (const file of files)
    if (found.has(file.path)) problems.push(`${shown(file.path)}: there twice.`)
    else found.set(file.path, file)
  return found
}

/** The lines of a manifest whose signature holds; null, with a problem, when it does not or is none. */
const readSigned = async (
  files: ReadonlyMap<string, SourceFile>,
  keys: JSONWebKeySet,
  problems: string[],
): Promise<(Manifest & { readonly key: string }) | null> => {
  const signature = await readWhole(files.get(signatureName))
  const copy = await readWhole(files.get(manifestName))
  if (signature === null) problems.push(`${signatureName}: missing or damaged, so nothing here is proved.`)
  if (copy === null) problems.push(`${manifestName}: missing or damaged.`)
  if (signature === null || copy === null) return null
  const signed = await verifySignature(signature, keys)
  if (typeof signed === 'string') {
    problems.push(signed)
    return null
  }
  if (!copy.equals(signed.payload)) problems.push(`${manifestName}: not the list that was signed.`)
  const manifest = readManifest(signed.payload)
  if (manifest === null)
    problems.push(`${signatureName}: what was signed is no manifest that this version knows.`)
  return manifest === null ? null : { ...manifest, key: signed.key }
}

/** Checks all of a bundle. @throws what the file system says. */
export const checkBundle = async (source: Source, keys: JSONWebKeySet): Promise<Outcome> => {
  const problems = source.hidden.map(
    (where) => `The ZIP hides something at ${where}: its list of files does not tell of it.`,
  )
  const files = byPath(source.files, problems)
  const manifest = await readSigned(files, keys, problems)
  if (manifest === null) return { problems, files: 0, bytes: 0, signed: null }
  let bytes = 0
  const listed = new Set([manifestName, signatureName])
  for (const line of manifest.lines) {
    listed.add(line.path)
    const file = files.get(line.path)
    const problem = file === undefined ? `${shown(line.path)}: missing.` : await judgeFile(file, line)
    if (problem !== null) problems.push(problem)
    else bytes += line.size
  }
  for (const path of files.keys())
    if (!listed.has(path)) problems.push(`${shown(path)}: not signed, and should not be here.`)
  const { case: of, revision, key } = manifest
  return { problems, files: manifest.lines.length, bytes, signed: { case: of, revision, key } }
}
