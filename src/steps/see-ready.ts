/**
 * See ready: asks every dependency whether it answers, each for a second at most, and keeps the answer for a
 * second, so that whoever asks, and however often, loads nothing. Time is measured by the steady clock.
 */
import { type Dependency, dependencyNames, type Readiness, remedies } from '#domain/dependency.ts'

/** True when it answers as it should; a rejection or silence means that it does not. */
export type Probe = () => Promise<boolean>

export type SeeReadyNeeds = {
  /** A dependency without a probe is not one of this process. */
  readonly probes: Readonly<Partial<Record<Dependency, Probe>>>
  /** Words for those that are not there at all, by decision. */
  readonly absent?: Readonly<Partial<Record<Dependency, string>>>
  /** Those without which it is ready all the same. */
  readonly spared: readonly Dependency[]
  /** Told of each change; the first look tells of what is down. */
  readonly told: (name: Dependency, up: boolean) => void
}

const limitMs = 1_000
const freshMs = 1_000

const within = (work: Promise<boolean>): Promise<boolean> => {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), limitMs)
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

/** How the dependencies stand, at most a second ago. Never rejects. */
export const seeReady = ({
  probes,
  absent = {},
  spared,
  told,
}: SeeReadyNeeds): (() => Promise<Readiness>) => {
  const running = new Map<Dependency, Promise<boolean>>()
  const known = new Map<Dependency, boolean>()
  let last: { readonly at: number; readonly seen: Promise<Readiness> } | null = null

  /** A probe that hangs is not started again beside itself. */
  const ask = (name: Dependency, probe: Probe): Promise<boolean> => {
    const asked =
      running.get(name) ??
      probe()
        .catch(() => false)
        .finally(() => running.delete(name))
    running.set(name, asked)
    return within(asked)
  }

  const look = async (): Promise<Readiness> => {
    const asked = dependencyNames.flatMap((name) => {
      const probe = probes[name]
      return probe === undefined ? [] : [{ name, answer: ask(name, probe) }]
    })
    const dependencies = await Promise.all(
      asked.map(async ({ name, answer }) => {
        const up = await answer
        if ((known.get(name) ?? true) !== up) told(name, up)
        known.set(name, up)
        return { name, up, words: up ? null : remedies[name] }
      }),
    )
    const ready = dependencies.every(({ name, up }) => up || spared.includes(name))
    for (const name of dependencyNames) {
      const words = absent[name]
      if (words !== undefined) dependencies.push({ name, up: false, words })
    }
    return { ready, dependencies }
  }

  return () => {
    const now = performance.now()
    if (last === null || now - last.at >= freshMs) last = { at: now, seen: look() }
    return last.seen
  }
}
