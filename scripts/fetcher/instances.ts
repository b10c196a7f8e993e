/**
 * Instances: every DICOM object of a case by DICOMweb (PS3.18 §10.4, §10.6) into a folder. What is there with a digest
 * of the signed manifest is not asked for again; at the end every file is read back and compared with it.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { inLanes } from '#domain/in-lanes.ts'
import type { Access } from './access.ts'
import { download } from './download.ts'
import { type Address, digestOf, type LandedFiles, openLanded } from './landed.ts'
import type { Line } from './line.ts'

/** The list of what is in the case, its signature proved. Sizes in bytes, SHA-256 in lower-case hex. */
export type SignedList = {
  readonly revision: number
  readonly images: readonly { readonly size: number; readonly sha256: string }[]
}

export type FetchNeeds = {
  readonly line: Line
  readonly access: Access
  readonly folder: string
  /** Asks for it anew. */
  readonly readList: () => Promise<SignedList>
  readonly onProgress: (bytes: number) => void
  readonly onStart: (list: SignedList) => void
  readonly onCheck: () => void
}

export type Fetched = {
  readonly files: number
  readonly bytes: number
  readonly revision: number
  /** Images of the list that are not among the files as they were signed. */
  readonly missing: number
  /** Files here that the list does not have: taken away or changed since. */
  readonly stale: readonly string[]
}

const lanes = 4
const pageSize = 1_000
const mostPage = 16_777_216

/** A case that changes again and again while it is fetched is fetched another day. */
const mostRounds = 5

const uid = /^[0-9][0-9.]{0,63}$/

const tags = { study: '0020000D', series: '0020000E', instance: '00080018' } as const

type Found = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>

const valueOf = (found: Found, tag: string): string | null => {
  const value = found[tag]?.Value?.[0]
  return typeof value === 'string' && uid.test(value) ? value : null
}

/** UIDs below an address, page by page; what is no UID is passed over, and missed at the end. */
async function* search(needs: FetchNeeds, below: string, level: keyof typeof tags): AsyncGenerator<string> {
  const { line, access } = needs
  for (let offset = 0; ; offset += pageSize) {
    const path = `/dicomweb/cases/${access.case}${below}?limit=${pageSize}&offset=${offset}`
    const asked = { path, headers: { accept: 'application/dicom+json' }, bearer: access }
    const { status, bytes } = await line.read(asked, mostPage)
    if (status === 204) return
    const found = JSON.parse(bytes.toString('utf8')) as readonly Found[]
    for (const one of found) {
      const value = valueOf(one, tags[level])
      if (value !== null) yield value
    }
    if (found.length < pageSize) return
  }
}

async function* addresses(needs: FetchNeeds): AsyncGenerator<Address> {
  for await (const study of search(needs, '/studies', 'study'))
    for await (const series of search(needs, `/studies/${study}/series`, 'series')) {
      const below = `/studies/${study}/series/${series}/instances`
      for await (const instance of search(needs, below, 'instance')) yield { study, series, instance }
    }
}

/** Fetches one into `part`; false when what came is not on the list: it changed meanwhile. */
const fetchOne = async (
  { line, access, onProgress }: FetchNeeds,
  { study, series, instance }: Address,
  part: string,
  wanted: ReadonlySet<string>,
): Promise<string | null> => {
  // Bytes of another instance, or of a run before.
  await rm(part, { force: true })
  let told = 0
  await download(line, {
    path: `/dicomweb/cases/${access.case}/studies/${study}/series/${series}/instances/${instance}`,
    headers: { accept: 'application/dicom; transfer-syntax=*' },
    bearer: access,
    place: part,
    version: null,
    onVersion: async () => {},
    onProgress: (done) => {
      access.keepAwake()
      onProgress(done - told)
      told = done
    },
  })
  const sha256 = await digestOf(part)
  return sha256 !== null && wanted.has(sha256) ? sha256 : null
}

const check = async (folder: string, landed: LandedFiles, list: SignedList): Promise<Fetched> => {
  const sizes = new Map(list.images.map(({ sha256, size }) => [sha256, size]))
  const missing = new Set(sizes.keys())
  const stale: string[] = []
  let files = 0
  let bytes = 0
  await inLanes(landed.all(), 2, async ({ path }) => {
    const sha256 = await digestOf(join(folder, path))
    // One that somebody took away is not here to be relied on.
    if (sha256 === null) return
    const size = sizes.get(sha256)
    if (size === undefined) {
      stale.push(path)
      return
    }
    missing.delete(sha256)
    files += 1
    bytes += size
  })
  return { files, bytes, revision: list.revision, missing: missing.size, stale }
}

/** Fetches what is not there, then looks at every file. @throws FetchStopped, what the disk says */
export const fetchInstances = async (needs: FetchNeeds): Promise<Fetched> => {
  const { folder, readList, onStart, onCheck, onProgress } = needs
  const landed = await openLanded(folder)
  const coming = join(folder, 'COMING')
  await mkdir(coming, { recursive: true })
  /** Read back once in this run, and found to be what they should. */
  const whole = new Set<string>()
  let list = await readList()
  for (let round = 0; ; round += 1) {
    const sizes = new Map(list.images.map(({ sha256, size }) => [sha256, size]))
    onStart(list)
    await inLanes(addresses(needs), lanes, async (address, lane) => {
      const there = landed.find(address)
      const size = there === null ? undefined : sizes.get(there.sha256)
      if (there !== null && size !== undefined) {
        const place = join(folder, there.path)
        if (whole.has(there.path) || (await digestOf(place)) === there.sha256) {
          whole.add(there.path)
          onProgress(size)
          return
        }
      }
      const part = join(coming, `${lane}.part`)
      const sha256 = await fetchOne(needs, address, part, new Set(sizes.keys()))
      if (sha256 !== null) await landed.land(address, part, sha256)
    })
    const now = await readList()
    const same = now.revision === list.revision
    list = now
    if (same || round + 1 === mostRounds) break
  }
  await rm(coming, { recursive: true, force: true })
  onCheck()
  return check(folder, landed, list)
}
