/**
 * Landed: which instance of the case lies in which file of the folder, a line for each as it came (`LANDED.TXT`). Names
 * of files are counters by study, series and order of coming; no name and no UID from the network becomes a path.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** UIDs of one instance, as the gateway tells them. */
export type Address = { readonly study: string; readonly series: string; readonly instance: string }

export type Landed = {
  /** Below the folder, parts joined by `/`. */
  readonly path: string
  /** Lower-case hex, of what was written. */
  readonly sha256: string
}

export type LandedFiles = {
  find(address: Address): Landed | null
  all(): Iterable<Landed>
  /** The finished file `part` becomes that of the instance, in the place of one it had before. */
  land(address: Address, part: string, sha256: string): Promise<void>
}

/** The SHA-256 of a file, lower-case hex; null when it cannot be read. Holds one piece of it at a time. */
export const digestOf = async (path: string): Promise<string | null> => {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1_048_576 }))
      hash.update(piece as Buffer)
    return hash.digest('hex')
  } catch {
    return null
  }
}

const listName = 'LANDED.TXT'

const counter = (letters: string, count: number): string => `${letters}${String(count).padStart(6, '0')}`

/** Exactly what this program writes; anything else in a line's place is passed over. */
const lineForm =
  /^(DICOM\/ST(\d{6,9})\/SE(\d{6,9})\/IM(\d{6,9})) ([0-9a-f]{64}) ([0-9.]+) ([0-9.]+) ([0-9.]+)$/

type Numbers = { readonly number: number; readonly below: Map<string, Numbers>; last: number }

const keyOf = ({ study, series, instance }: Address): string => `${study} ${series} ${instance}`

/** Goes on with what a run before wrote there. */
export const openLanded = async (folder: string): Promise<LandedFiles> => {
  await mkdir(folder, { recursive: true })
  const listPath = join(folder, listName)
  const files = new Map<string, Landed>()
  const root: Numbers = { number: 0, below: new Map(), last: 0 }

  const below = (of: Numbers, key: string, number = of.last + 1): Numbers => {
    const known = of.below.get(key)
    if (known !== undefined) return known
    const made: Numbers = { number, below: new Map(), last: 0 }
    of.last = Math.max(of.last, number)
    of.below.set(key, made)
    return made
  }

  const text = await readFile(listPath, 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const [, path = '', st, se, im, sha256 = '', study = '', series = '', instance = ''] =
      lineForm.exec(line) ?? []
    if (path === '') continue
    below(below(below(root, study, Number(st)), series, Number(se)), instance, Number(im))
    files.set(keyOf({ study, series, instance }), { path, sha256 })
  }
  // A line that was cut short by a power failure must not run into the next.
  if (text !== '' && !text.endsWith('\n')) await appendFile(listPath, '\n')

  return {
    find: (address) => files.get(keyOf(address)) ?? null,
    all: () => files.values(),
    land: async (address, part, sha256) => {
      const study = below(root, address.study)
      const series = below(study, address.series)
      const { number } = below(series, address.instance)
      const names = [counter('ST', study.number), counter('SE', series.number), counter('IM', number)]
      const path = ['DICOM', ...names].join('/')
      const place = join(folder, ...path.split('/'))
      await mkdir(dirname(place), { recursive: true })
      await rename(part, place)
      await appendFile(listPath, `${path} ${sha256} ${keyOf(address)}\n`, { mode: 0o600 })
      files.set(keyOf(address), { path, sha256 })
    },
  }
}
