/**
 * Metrics for Prometheus by prom-client. Every label value is checked on the way in: a route must look like a
 * pattern, a job like a name. What does not is counted as `other`, so a mistake above cannot put an id or a
 * person's words into a metric, or make their number grow without end.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from '#ports/metrics.ts'

const routeShape = /^\/[a-z/:.-]{0,99}$/
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
const operationShape = /^[A-Z][A-Za-z0-9]{2,39}$/
const jobShape = /^[a-z]+\.[a-z]+$/

const fitting = (value: string, fits: boolean): string => (fits ? value : 'other')

const requestSeconds = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600]
const jobSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const storeSeconds = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export type Prometheus = {
  readonly metrics: Metrics
  /** Calls `count` at every reading: packs the ledger says are owed. */
  readonly watchOwed: (count: () => Promise<number>) => void
  /** Everything as text (Prometheus exposition format 0.0.4). */
  readonly text: () => Promise<string>
  readonly contentType: string
}

/** A registry of this process's own numbers and everything of the port. */
export const createPrometheus = (): Prometheus => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `second_read_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[],
  ) => new Histogram({ name: `second_read_${name}`, help, buckets, labelNames, registers })

  const requests = histogram('request_seconds', 'Requests from head to end of reply', requestSeconds, [
    'route',
    'method',
    'status',
  ])
  const traffic = counter('request_bytes_total', 'Bytes of requests on the socket', ['direction'])
  const packs = counter('packs_received_total', 'Packs a sender was told are durable')
  const bytes = counter('bytes_received_total', 'Plain bytes in those packs')
  const admitted = counter('packs_admitted_total', 'Packs whose items were given verdicts')
  const items = counter('items_total', 'Items by the outcome of their verdict', ['outcome'])
  const jobs = histogram('job_seconds', 'Jobs from start to end', jobSeconds, ['job', 'result'])
  const store = histogram('store_seconds', 'Requests to the object store', storeSeconds, [
    'operation',
    'result',
  ])
  const down = counter('dependency_lost_total', 'How often a dependency went down', ['dependency'])
  const up = new Gauge({
    name: 'second_read_dependency_up',
    help: 'Whether a dependency answered when it was last looked at',
    labelNames: ['dependency'],
    registers,
  })
  const result = (failed: boolean): string => (failed ? 'failed' : 'done')

  return {
    metrics: {
      request: ({ route, method, status, seconds, received, sent }) => {
        requests.observe(
          {
            route: fitting(route ?? '', routeShape.test(route ?? '')),
            method: fitting(method, methods.includes(method)),
            status: status === null ? 'aborted' : String(status),
          },
          seconds,
        )
        traffic.inc({ direction: 'in' }, Math.max(0, received))
        traffic.inc({ direction: 'out' }, Math.max(0, sent))
      },
      received: (count, size) => {
        packs.inc(count)
        bytes.inc(size)
      },
      admitted: (outcomes) => {
        admitted.inc()
        for (const outcome of outcomes) items.inc({ outcome })
      },
      job: (name, seconds, failed) => {
        jobs.observe({ job: fitting(name, jobShape.test(name)), result: result(failed) }, seconds)
      },
      store: (operation, seconds, failed) => {
        const known = fitting(operation, operationShape.test(operation))
        store.observe({ operation: known, result: result(failed) }, seconds)
      },
      dependency: (dependency, isUp) => {
        up.set({ dependency }, isUp ? 1 : 0)
        if (!isUp) down.inc({ dependency })
      },
    },
    watchOwed: (count) => {
      const owed = new Gauge({
        name: 'second_read_packs_owed',
        help: 'Packs without verdicts, as the ledger says; at most 10,000 are counted',
        registers,
        collect: async () => {
          // A ledger that is down must not take the other numbers with it.
          owed.set(await count().catch(() => Number.NaN))
        },
      })
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
