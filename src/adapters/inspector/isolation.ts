/**
 * Isolation: the command line that starts a child with as few rights as this machine can take away. Rights go in
 * this order: network (own empty namespace), user (nobody), new privileges, memory, processor time, files. What
 * the machine or container does not allow is left out, and `limits` says whether the memory limit is in place.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export type ChildLimits = {
  /** RLIMIT_DATA, bytes. RLIMIT_AS will not do: V8 reserves far more than it uses. */
  readonly dataBytes: number
  /** Old generation of the child's heap, MiB. */
  readonly heapMiB: number
  /** RLIMIT_CPU over the child's whole life, seconds. */
  readonly cpuSeconds: number
}

export type Isolation = {
  readonly command: string
  readonly args: readonly string[]
  /** `partial`: no `prlimit` here, so only V8's own heap limit and the clock hold the child. */
  readonly limits: 'full' | 'partial'
}

/** What those who keep children may be told. */
export type ChildrenOptions<Limits> = {
  /** Children side by side; 1 by default. */
  readonly children?: number
  /** The Node 24 that runs them; this one by default. */
  readonly node?: string
  readonly limits?: Partial<Limits>
  /** Another program for the child, for tests of the frame around it. */
  readonly childModule?: string
}

/** Says how well children are held. */
export type Isolated = {
  readonly limits: Isolation['limits']
  /** The children that run now. */
  pids(): readonly number[]
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
const nobody = '65534'
const probeMs = 5_000

const findTool = (name: string): string | null =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null

const root = resolve(import.meta.dirname, '../../..')

const readablePaths = (childModule: string): string[] => [
  join(root, 'package.json'),
  join(root, 'node_modules'),
  join(root, 'src/domain'),
  join(root, 'src/formats'),
  join(root, 'src/adapters/inspector'),
  dirname(childModule),
]

type Rung = { readonly limits: Isolation['limits']; readonly wrapper: readonly string[] }

const ladder = (limits: ChildLimits): Rung[] => {
  const { dataBytes, cpuSeconds } = limits
  const unshare = findTool('unshare')
  const setpriv = findTool('setpriv')
  const prlimit = findTool('prlimit')
  const bounds =
    prlimit === null
      ? []
      : [prlimit, `--data=${dataBytes}`, `--cpu=${cpuSeconds}`, '--core=0', '--fsize=0', '--']
  const told = prlimit === null ? 'partial' : 'full'
  // The signal comes last in setpriv: a change of user would clear it.
  const quiet = setpriv === null ? [] : [setpriv, '--no-new-privs', '--pdeathsig', 'KILL']
  const dropped = [...quiet, `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
  const rungs: Rung[] = []
  if (process.getuid?.() === 0 && setpriv !== null) {
    if (unshare !== null) {
      rungs.push({ limits: told, wrapper: [unshare, '--net', '--', ...dropped, ...bounds] })
      rungs.push({ limits: told, wrapper: [unshare, '--net', '--', ...quiet, ...bounds] })
    }
    rungs.push({ limits: told, wrapper: [...dropped, ...bounds] })
  }
  rungs.push({ limits: told, wrapper: [...quiet, ...bounds] }, { limits: told, wrapper: bounds })
  return rungs
}

const holds = (rung: Rung, node: string, childModule: string): boolean => {
  const test = findTool('test')
  const [command, ...args] = rung.wrapper
  if (command === undefined || test === null) return false
  const manifest = join(root, 'node_modules/dicom-parser/package.json')
  const asked = [test, '-r', childModule, '-a', '-x', node, '-a', '-r', manifest]
  const probe = spawnSync(command, [...args, ...asked], {
    env: {},
    cwd: '/',
    stdio: 'ignore',
    timeout: probeMs,
  })
  return probe.status === 0
}

/** Finds the strictest way to start `childModule` that works here; asks the machine once, some 10 ms. */
export const planIsolation = (node: string, childModule: string, limits: ChildLimits): Isolation => {
  const rung = ladder(limits).find((candidate) => holds(candidate, node, childModule))
  const [command, ...args] = [
    ...(rung?.wrapper ?? []),
    node,
    `--max-old-space-size=${limits.heapMiB}`,
    '--no-warnings',
    '--permission',
    ...readablePaths(childModule).map((path) => `--allow-fs-read=${path}`),
    childModule,
  ]
  return { command: command ?? node, args, limits: rung?.limits ?? 'partial' }
}
