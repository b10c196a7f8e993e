/** The machine: Node, room, limits, and whether the parsers of a worker can be held apart from it. */
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { openInspector } from '#adapters/inspector/inspector.ts'
import { type Check, fail, ok, warn } from './check.ts'

const gigabyte = 1e9

const checkNode = (): Check => {
  const major = Number(process.versions.node.split('.')[0])
  const what = `machine: Node ${process.version}`
  return major >= 24 ? ok(what) : fail(what, 'use Node 24 or newer')
}

const checkRoom = (folder: string): Check => {
  let place = resolve(folder)
  while (!existsSync(place)) place = dirname(place)
  const { bavail, blocks, bsize } = statfsSync(place)
  const [free, all] = [bavail * bsize, blocks * bsize]
  const what = `disk: ${(free / gigabyte).toFixed(0)} of ${(all / gigabyte).toFixed(0)} GB are free for ${folder}`
  const todo = 'make room: a full disk stops everybody’s sending'
  if (free < gigabyte) return fail(what, todo)
  return free < 20 * gigabyte || free < all / 20 ? warn(what, todo) : ok(what)
}

const checkFiles = (): Check => {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const found = /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? ''
  const most = found === 'unlimited' ? Number.POSITIVE_INFINITY : Number(found)
  const what = `machine: ${found} open files`
  const todo = 'raise the limit to 65536 (LimitNOFILE= of systemd, ulimits: of compose)'
  if (most < 1_024) return fail(what, todo)
  return most < 8_192 ? warn(what, todo) : ok(what)
}

const checkPower = (inspectors: number): Check[] => {
  const cores = availableParallelism()
  const memory = Math.min(process.constrainedMemory() || totalmem(), totalmem())
  const room = `machine: ${(memory / gigabyte).toFixed(1)} GB of memory`
  return [
    inspectors <= cores
      ? ok(`machine: ${cores} cores for ${inspectors} parsers`)
      : warn(`machine: ${cores} cores for ${inspectors} parsers`, 'set INSPECTORS to no more than the cores'),
    memory >= gigabyte / 2
      ? ok(room)
      : warn(room, 'give server and worker 512 MB each, and 512 MB for every parser'),
  ]
}

const sample = Buffer.from('This is neither DICOM nor PDF.')

const checkParsers = async (): Promise<Check> => {
  const inspector = openInspector({ children: 1 })
  try {
    const { codes } = await inspector.inspect({
      size: sample.length,
      read: async (offset, length) => sample.subarray(offset, offset + length),
    })
    if (!codes.includes('TEXT_FILE'))
      return fail(
        'parser: the isolated parser gave no answer',
        'look for what keeps child processes from starting',
      )
    return inspector.limits === 'full'
      ? ok('parser: an isolated parser starts, answers, and its memory is limited')
      : warn(
          'parser: it answers, but its memory is not limited',
          'install util-linux (prlimit, setpriv, unshare)',
        )
  } finally {
    await inspector.close()
  }
}

/** `objectsFolder` is null when objects lie in a bucket. */
export const checkMachine = async (objectsFolder: string | null, inspectors: number): Promise<Check[]> => [
  checkNode(),
  ...(objectsFolder === null ? [] : [checkRoom(objectsFolder)]),
  checkFiles(),
  ...checkPower(inspectors),
  await checkParsers(),
]
