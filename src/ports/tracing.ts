/**
 * Tracing: which work belongs together, for whoever loads a tracer. Attributes are a closed list without ids,
 * names or addresses.
 */
export type SpanFacts = {
  readonly route?: string
  readonly method?: string
  readonly status?: number
  readonly job?: string
}

export type Span = {
  /** Runs work as part of the span. */
  within<Result>(work: () => Result): Result
  end(facts: SpanFacts, failed: boolean): void
}

export type Tracing = { begin(name: 'request' | 'job', facts: SpanFacts): Span }

/** Traces nothing. */
export const noTracing: Tracing = { begin: () => ({ within: (work) => work(), end: () => {} }) }
