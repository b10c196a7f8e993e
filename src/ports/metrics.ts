/**
 * Metrics: numbers about what a process does, for machines that watch it. A closed list; every label comes from
 * a closed list too (route pattern, method, status, job, operation, outcome, dependency). Nothing that names a
 * person, a case or a file has a parameter here, so it cannot become a label.
 *
 * Contract: nothing here throws, waits, or keeps what it was given.
 */
import type { Dependency } from '#domain/dependency.ts'
import type { Outcome } from '#domain/verdict.ts'

export type RequestMeasure = {
  /** The pattern, never the address asked for; null when none matched. */
  readonly route: string | null
  readonly method: string
  /** Null when the client was gone before a reply began. */
  readonly status: number | null
  readonly seconds: number
  /** Bytes read from and written to the socket. */
  readonly received: number
  readonly sent: number
}

export type Metrics = {
  /** A request is over, whichever way. */
  request(measure: RequestMeasure): void
  /** Packs a sender was told are durable, and the bytes in them. */
  received(packs: number, bytes: number): void
  /** A pack was admitted; the outcome of each of its items. */
  admitted(outcomes: readonly Outcome[]): void
  job(name: string, seconds: number, failed: boolean): void
  /** One request to a remote store, by the store's own word for it (`PutObject`). */
  store(operation: string, seconds: number, failed: boolean): void
  /** A dependency went down or came back. */
  dependency(name: Dependency, up: boolean): void
}

/** Counts nothing: for tests, and where nobody watches. */
export const noMetrics: Metrics = {
  request: () => {},
  received: () => {},
  admitted: () => {},
  job: () => {},
  store: () => {},
  dependency: () => {},
}
