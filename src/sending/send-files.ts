/**
 * Send files: announces, asks what is missing, sends that, three parts at a time, until the gateway has everything that
 * can still be read. Run again with the same files it goes on where it stopped; nothing is remembered here.
 */
import { inLanes, mapInLanes } from '#domain/in-lanes.ts'
import { prepareAhead } from '#domain/prepare-ahead.ts'
import { type ArrangedFile, arrangeFiles } from './arrange.ts'
import { type Conversation, SendingStopped } from './conversation.ts'
import { cutParts, leastRoom, type Run } from './cut-parts.ts'
import type { LeftOutReason, ListedFile } from './listed-file.ts'
import { createPace, type Pace } from './pace.ts'
import { base64, composePart, type PartBody, type ProvedRun, type Sha256, webSha256 } from './part-body.ts'
import { pagesOf, planPage } from './plan-pages.ts'
import { createSpeed, type Progress } from './progress.ts'
import { type ReadTogether, readSlices } from './read-runs.ts'
import { type Planned, readPart } from './replies.ts'

/** Parts on their way at once. */
const lanes = 3

/** Files of a part that are hashed at once: small ones cost more waiting than hashing. */
const hashers = 6

/** Parts that are read and hashed while others are on their way: a line must not wait for a disc. */
const partsAhead = 3

/** Rounds of announcing again that bring nothing, before the gateway's word is final. */
const mostIdleRounds = 5

/** Tries of a part that nobody answers, before it is cut smaller. */
const triesOfPart = 2

/** A file and where it stands. `sent`: digests of its runs that were sent now, by first chunk and length. */
export type SentFile = {
  readonly file: ListedFile
  readonly told: string
  /** Null until announced. */
  id: string | null
  missingChunks: number
  missingBytes: number
  leftOut: LeftOutReason | null
  readonly sent: Map<string, string>
}

export type SendFilesNeeds = {
  readonly conversation: Conversation
  readonly sha256?: Sha256
  /** Where a platform reads many files faster than each by itself. */
  readonly readTogether?: ReadTogether | null
  readonly onProgress?: (progress: Progress) => void
}

export type Sending = {
  readonly files: readonly SentFile[]
  /** Sends whatever is missing now. @throws SendingStopped, or the signal's reason */
  send(): Promise<void>
  /** Parts acknowledged so far, and their bytes. */
  counts(): { readonly parts: number; readonly bytes: number }
}

/** Why a round ended before its end. */
type Stale = 'replan' | 'smaller' | 'lost'

type Part = { readonly page: readonly SentFile[]; readonly runs: readonly Run[] }

/** Read, proved and put together: nothing is waited for when a lane is free. */
type PreparedPart = {
  readonly page: readonly SentFile[]
  readonly proved: readonly ProvedRun[]
  readonly body: PartBody
}

const untracked = ({ file, told }: ArrangedFile): SentFile => ({
  file,
  told,
  id: null,
  missingChunks: 1,
  missingBytes: file.size,
  leftOut: null,
  sent: new Map(),
})

const noteMissing = (track: SentFile, planned: Planned, chunkBytes: number): void => {
  track.id = planned.id
  track.missingChunks = planned.missing.reduce((sum, [, count]) => sum + count, 0)
  track.missingBytes = planned.missing.reduce(
    (sum, [first, count]) =>
      sum + Math.min(planned.size, (first + count) * chunkBytes) - Math.min(planned.size, first * chunkBytes),
    0,
  )
}

/** Files to send over a conversation; nothing happens before `send`. */
export const prepareSending = (listed: readonly ListedFile[], needs: SendFilesNeeds): Sending => {
  const { conversation, sha256 = webSha256, readTogether = null, onProgress = () => {} } = needs
  const files = arrangeFiles(listed).map(untracked)
  const { chunkBytes, partBytes } = conversation.terms()
  const pace: Pace = createPace(leastRoom(chunkBytes), partBytes)
  const speed = createSpeed(performance.now())
  const sum = { parts: 0, bytes: 0 }
  /** Parts that wait ready, and when the last one left. */
  const line = { ready: 0, leftAt: 0 }

  const tell = (): void => {
    const kept = files.filter(({ leftOut }) => leftOut === null)
    const bytes = kept.reduce((all, { file }) => all + file.size, 0)
    const missing = kept.reduce((all, { missingBytes }) => all + missingBytes, 0)
    const rate = speed.rate(performance.now())
    onProgress({
      files: files.length,
      filesDone: kept.filter(({ missingChunks }) => missingChunks === 0).length,
      leftOut: files.length - kept.length,
      bytes,
      bytesDurable: bytes - missing,
      rate,
      secondsLeft: rate === null ? null : missing / rate,
    })
  }

  /** The runs of a part that can be read; a file that cannot is left out from here on. */
  const readRuns = async (page: readonly SentFile[], runs: readonly Run[]): Promise<ProvedRun[]> => {
    const wanted = runs.flatMap(({ file, first, length }) => {
      const track = page[file]
      if (track === undefined || track.id === null || track.leftOut !== null) return []
      const start = first * chunkBytes
      return [{ track, id: track.id, first, slice: { file: track.file, start, end: start + length } }]
    })
    const read = await readSlices(
      wanted.map(({ slice }) => slice),
      readTogether,
    )
    const proved = await mapInLanes(wanted, hashers, async ({ track, id, first }, index) => {
      const bytes = read[index] ?? 'unreadable'
      if (typeof bytes === 'string') {
        track.leftOut = bytes
        tell()
        return null
      }
      return { item: id, first, bytes, sha256: base64(await sha256(bytes)) }
    })
    return proved.filter((run) => run !== null)
  }

  const noteSent = (page: readonly SentFile[], runs: readonly ProvedRun[]): void => {
    const tracks = new Map(page.map((track) => [track.id, track]))
    for (const { item, first, bytes, sha256: digest } of runs) {
      const track = tracks.get(item)
      if (track === undefined) continue
      track.missingChunks -= Math.max(1, Math.ceil(bytes.length / chunkBytes))
      track.missingBytes -= bytes.length
      track.sent.set(`${first} ${bytes.length}`, digest)
    }
  }

  /** A browser reads files where it also hands out what leaves: with a part ready, what leaves goes first. */
  const preparePart = async ({ page, runs }: Part): Promise<PreparedPart> => {
    const lead = line.leftAt + pace.lead() - performance.now()
    if (line.ready > 0 && lead > 0) await new Promise((done) => setTimeout(done, lead))
    const proved = await readRuns(page, runs)
    const body = await composePart(proved, sha256)
    line.ready += 1
    return { page, proved, body }
  }

  /** Sends one part. Null when it is durable; otherwise why everything has to be announced again. */
  const sendPart = async ({ page, proved, body }: PreparedPart): Promise<Stale | null> => {
    line.ready -= 1
    if (proved.length === 0) return null
    const { size } = body.body
    const began = performance.now()
    line.leftAt = began
    const answer = await conversation.ask(
      {
        method: 'PUT',
        path: '/api/send/part',
        headers: { 'content-type': 'application/octet-stream', 'header-digest': body.headerDigest },
        body: body.body,
        patienceMs: pace.patience(size),
        tries: pace.room() > leastRoom(chunkBytes) ? triesOfPart : Number.POSITIVE_INFINITY,
      },
      readPart,
    )
    if (answer.kind === 'refused') throw new SendingStopped(answer.code)
    if (answer.kind === 'smaller' && !pace.shrink()) throw new SendingStopped('request.too-large')
    if (answer.kind === 'lost') pace.shrink()
    if (answer.kind !== 'reply') return answer.kind
    const now = performance.now()
    pace.took(size, now - began)
    noteSent(page, proved)
    sum.parts += 1
    sum.bytes += size
    speed.arrived(size, now)
    tell()
    return null
  }

  /** Parts as they are needed; the next page is announced while this one is sent. Ends early when `isStale`. */
  async function* partsOf(isStale: () => boolean): AsyncGenerator<Part, void, void> {
    const pages = pagesOf(files.filter(({ leftOut }) => leftOut === null))
    const ask = (nth: number): Promise<Planned[]> => {
      const asked = planPage(conversation, pages[nth] ?? [])
      asked.catch(() => {})
      return asked
    }
    let next = pages.length > 0 ? ask(0) : null
    for (let nth = 0; next !== null && !isStale(); nth += 1) {
      const page = pages[nth] ?? []
      const planned: Planned[] = await next
      next = nth + 1 < pages.length ? ask(nth + 1) : null
      for (const [index, told] of planned.entries()) {
        const track = page[index]
        if (track !== undefined) noteMissing(track, told, chunkBytes)
      }
      tell()
      for (const runs of cutParts(planned, chunkBytes, pace.room)) {
        if (isStale()) return
        yield { page, runs }
      }
    }
  }

  return {
    files,
    counts: () => ({ ...sum }),
    send: async () => {
      for (let idle = 0; ; ) {
        const before = sum.parts
        let stale: Stale | null = null
        line.ready = 0
        await inLanes(
          prepareAhead(
            partsOf(() => stale !== null),
            preparePart,
            partsAhead,
          ),
          lanes,
          async (part) => {
            // What is announced again may be missing no more.
            if (stale === null) stale = (await sendPart(part)) ?? stale
          },
        )
        if (stale === null) return
        idle = sum.parts > before || stale !== 'replan' ? 0 : idle + 1
        if (idle > mostIdleRounds) throw new SendingStopped('plan.changed')
      }
    },
  }
}
