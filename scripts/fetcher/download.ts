/**
 * Download: one file over a line that breaks, at any size with the memory of a few pieces. What is on the disk stays as
 * long as the gateway still has the version it is of, told by its strong tag (RFC 9110 §13.1.5, §14); of another
 * version nothing is mixed in: it begins again.
 */
import { open } from 'node:fs/promises'
import { type Answer, type Bearer, type Line, LineBroke } from './line.ts'
import type { Version } from './notes.ts'

export type Download = {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly bearer: Bearer
  /** Where it goes; made when it is not there. */
  readonly place: string
  /** The version of which there are bytes in `place`; null for none that are worth anything. */
  readonly version: Version | null
  /** A new version begins; awaited before its first byte is written. */
  readonly onVersion: (version: Version) => Promise<void>
  /** Bytes of `length` that are on the disk. */
  readonly onProgress: (done: number, length: number) => void
}

const strongTag = /^"[\x21\x23-\x7e]*"$/

/** The version an answer is of; null when it does not say, and is not the gateway's. */
const versionOf = ({ status, headers }: Answer): Version | null => {
  const etag = headers.get('etag') ?? ''
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  const length = status === 206 ? total : headers.get('content-length')
  if (!strongTag.test(etag) || (status === 206 && start === undefined)) return null
  return /^\d{1,15}$/.test(length ?? '') ? { etag, length: Number(length) } : null
}

const startOf = ({ status, headers }: Answer): number =>
  status === 206 ? Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1]) : 0

const conditions = (version: Version | null, have: number): Record<string, string> => {
  if (version === null || have === 0) return {}
  // All of it is here already: is it still the one?
  if (have === version.length) return { 'if-none-match': version.etag }
  return { range: `bytes=${have}-`, 'if-range': version.etag }
}

/** Resolves when all bytes are in `place`, safe on the disk. @throws FetchStopped, what the disk says */
export const download = async (line: Line, file: Download): Promise<Version> => {
  const handle = await open(file.place, 'r+').catch(() => open(file.place, 'wx+', 0o600))
  let version = file.version
  let have = (await handle.stat()).size

  const begin = async (next: Version | null): Promise<void> => {
    // The old bytes go before the new tag is noted: never a tag beside bytes of another version.
    await handle.truncate(0)
    await handle.sync()
    have = 0
    version = next
    if (next !== null) await file.onVersion(next)
  }

  /** Bytes of the answer that are here already are passed over. */
  const take = async (answer: Answer, version: Version): Promise<void> => {
    let at = startOf(answer)
    for await (const piece of answer.body) {
      const fresh = piece.subarray(Math.max(0, have - at))
      at += piece.length
      if (at > version.length) throw new LineBroke('longer than it said')
      for (let from = 0; from < fresh.length; ) {
        const { bytesWritten } = await handle.write(fresh, from, fresh.length - from, have)
        from += bytesWritten
        have += bytesWritten
      }
      file.onProgress(have, version.length)
    }
  }

  try {
    if (version === null || have > version.length) await begin(null)
    if (version !== null) file.onProgress(have, version.length)
    for (;;) {
      const asked = { path: file.path, headers: { ...file.headers, ...conditions(version, have) } }
      const answer = await line.ask({ ...asked, bearer: file.bearer })
      if (answer.status === 304 && version !== null && have === version.length) {
        answer.drop()
        break
      }
      if (answer.status === 416) {
        answer.drop()
        await begin(null)
        await line.broke()
        continue
      }
      const told = versionOf(answer)
      const same = told !== null && told.etag === version?.etag && told.length === version.length
      if (told === null || (answer.status === 206 && (!same || startOf(answer) > have))) {
        answer.drop()
        await line.broke()
        continue
      }
      if (!same) await begin(told)
      try {
        await take(answer, told)
      } catch (error) {
        answer.drop()
        if (!(error instanceof LineBroke)) throw error
      }
      if (have === told.length) break
      await line.broke()
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (version === null) throw new Error('nothing was fetched')
  return version
}
