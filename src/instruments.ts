/**
 * Instruments of a process: its journal, its numbers, its spans, what it knows of its dependencies, and the
 * listener on which machines read them. Part of the composition root, shared by server and worker.
 */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { createTracing } from '#adapters/otel/tracing.ts'
import { createJournal } from '#adapters/pino/journal.ts'
import { openPool } from '#adapters/postgres/database.ts'
import { listenForMachines } from '#adapters/prometheus/listener.ts'
import { createPrometheus } from '#adapters/prometheus/metrics.ts'
import { openScanner } from '#compose.ts'
import type { Config } from '#config/read-config.ts'
import { isLoopback } from '#config/unsafe.ts'
import { type Dependency, noScanner, type Readiness } from '#domain/dependency.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import type { Journal } from '#ports/journal.ts'
import { type Metrics, noMetrics } from '#ports/metrics.ts'
import type { OpenedObjectStore } from '#ports/object-store.ts'
import type { Tracing } from '#ports/tracing.ts'
import { type Probe, seeReady } from '#steps/see-ready.ts'

/** Two clocks further apart than this disagree about tokens, which allow as much. */
const mostApartMs = 30_000

export type Instruments = {
  readonly journal: Journal
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Counted whenever somebody reads the numbers. */
  watchOwed(count: () => Promise<number>): void
  /** Begins to look at what the process depends on, and to listen if it was told where. */
  open(of: Watched): Promise<Watching>
}

export type Watched = {
  readonly queue: JobQueue
  readonly store: OpenedObjectStore
  /** Which halves of the key ring the process reads. */
  readonly halves: readonly ('edge' | 'vault')[]
  /** False once it was told to stop. */
  readonly isOpen: () => boolean
}

export type Watching = { readonly seeReady: () => Promise<Readiness>; close(): Promise<void> }

/** One connection of its own: in a busy pool a question about the ledger would only wait in line. */
const askLedger = ({ databaseUrl }: Config) => {
  const pool = openPool({ connectionString: databaseUrl, max: 1, connectionTimeoutMillis: 2_000 })
  const apart = async (): Promise<number> => {
    const { rows } = await pool.query<{ ms: string }>(
      'select extract(epoch from clock_timestamp()) * 1000 as ms',
    )
    return Math.abs(Number(rows[0]?.ms) - Date.now())
  }
  return {
    ledger: async () => (await apart()) >= 0,
    // Without a ledger nothing is known of the clock, and one alarm is enough.
    clock: async () => (await apart().catch(() => 0)) <= mostApartMs,
    close: () => pool.end(),
  }
}

const keysProbe =
  ({ keysFolder }: Config, halves: Watched['halves']): Probe =>
  async () => {
    await access(join(keysFolder, 'public.jwks.json'), constants.R_OK)
    for (const half of halves) await access(join(keysFolder, half), constants.R_OK | constants.X_OK)
    return true
  }

/** The instruments of the process `name`. */
export const openInstruments = (name: string, config: Config): Instruments => {
  const journal = createJournal(name, config.logLevel)
  const prometheus = config.metrics === null ? null : createPrometheus()
  const metrics = prometheus?.metrics ?? noMetrics
  const scanner = openScanner(config)
  const told = (dependency: Dependency, up: boolean): void => {
    journal.note(up ? 'info' : 'error', `${dependency}.${up ? 'up' : 'down'}`)
    metrics.dependency(dependency, up)
  }

  const listen = async (seen: () => Promise<Readiness>, isOpen: () => boolean) => {
    if (config.metrics === null || prometheus === null) return null
    const isReady = async (): Promise<boolean> => (await seen()).ready && isOpen()
    const listener = await listenForMachines(config.metrics, prometheus, isReady)
    const { host, port } = config.metrics
    // Nobody signs in there; whoever opened it to a network is told so at every start.
    if (isLoopback(host)) journal.note('info', 'metrics.started', { port })
    else journal.note('warn', 'metrics.open-to-network', { port })
    return listener
  }

  return {
    journal,
    metrics,
    tracing: createTracing(),
    watchOwed: (count) => prometheus?.watchOwed(count),
    open: async ({ queue, store, halves, isOpen }) => {
      const { ledger, clock, close } = askLedger(config)
      const probes = {
        ledger,
        clock,
        queue: () => queue.alive(),
        store: () => store.alive(),
        keys: keysProbe(config, halves),
        ...(scanner === null ? {} : { scanner: () => scanner.alive() }),
      }
      const absent = scanner === null ? { scanner: noScanner } : {}
      // The queue is a hint: without it, and without a scanner, records are taken and wait.
      const seen = seeReady({ probes, absent, spared: ['queue', 'scanner'], told })
      const listener = await listen(seen, isOpen)
      return {
        seeReady: seen,
        close: async () => {
          await listener?.close()
          await close()
        },
      }
    },
  }
}
