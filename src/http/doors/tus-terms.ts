/** What the header fields of a tus request promise, and what its answers may say; the rest is `@tus/server`'s. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { Checksum } from './tus-bytes.ts'

/** The version of the protocol. */
export const tusVersion = '1.0.0'

/** The largest file, bytes. */
export const mostUpload = 1_099_511_627_776

export const bodyType = 'application/offset+octet-stream'

/** `sha1` because the protocol asks for it; it protects from accidents, as does the other. */
export const checksumAlgorithms = ['sha256', 'sha1'] as const

export const extensions = ['creation', 'creation-with-upload', 'checksum', 'expiration', 'termination']

const digestBytes = { sha1: 20, sha256: 32 } as const

const checksumShape = /^(sha1|sha256) ([A-Za-z0-9+/]+={0,2})$/

/** `Upload-Checksum`; null when there is none. Refuses `request.invalid` for another algorithm or length. */
export const readChecksum = (header: string | string[] | undefined): Checksum | null | Refusal => {
  if (header === undefined) return null
  const [, name, encoded] = checksumShape.exec(String(header)) ?? []
  if (encoded === undefined || (name !== 'sha1' && name !== 'sha256')) return refuse('request.invalid')
  const told = Buffer.from(encoded, 'base64')
  return told.length === digestBytes[name] ? { hash: createHash(name), told } : refuse('request.invalid')
}

const overriding: readonly string[] = ['PATCH', 'HEAD', 'DELETE']

/** The method meant: at the address of an upload, POST stands for what `X-HTTP-Method-Override` says. */
export const readMethod = (
  req: Pick<IncomingMessage, 'method' | 'headers'>,
  atUpload: boolean,
): string | null => {
  if (req.method !== 'POST' || !atUpload) return req.method ?? null
  const meant = req.headers['x-http-method-override']
  return typeof meant === 'string' && overriding.includes(meant) ? meant : null
}

/** The name to show: with its folders where the client tells them. Uppy says "null" for a file without. */
export const nameOf = (metadata: Readonly<Record<string, string | null>> | undefined): string => {
  const { relativePath, filename, name } = metadata ?? {}
  const path = relativePath === 'null' ? null : relativePath
  return [path, filename, name].find((text) => text !== null && text !== undefined && text !== '') ?? ''
}

const asked: readonly string[] = [
  'tus-resumable',
  'upload-length',
  'upload-offset',
  'upload-metadata',
  'upload-defer-length',
  'upload-concat',
  'content-type',
  'content-length',
]

/**
 * The request as the library sees it: no body, because its web streams cost more than sealing does, and none of
 * Host, Origin or X-Forwarded-*, from which it would make addresses and grants.
 */
export const asWebRequest = (req: IncomingMessage, method: string, path: string): Request => {
  const headers = new Headers()
  for (const name of asked) {
    const value = req.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  return new Request(`http://tus.invalid${path}`, { method, headers })
}

/** Header fields of its answers that leave the house. Those for other origins (CORS) do not. */
export const passes = (name: string): boolean =>
  name === 'location' || name.startsWith('upload-') || name.startsWith('tus-')
