/**
 * Spans by the OpenTelemetry API. Without an SDK, which an operator loads with `NODE_OPTIONS=--import`, the API
 * does nothing and costs next to nothing; nothing here sends anything anywhere by itself.
 */
import { type Attributes, context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { SpanFacts, Tracing } from '#ports/tracing.ts'

/** Names of the semantic conventions 1.27, where there is one. */
const attributesOf = ({ route, method, status, job }: SpanFacts): Attributes => ({
  ...(route === undefined ? {} : { 'http.route': route }),
  ...(method === undefined ? {} : { 'http.request.method': method }),
  ...(status === undefined ? {} : { 'http.response.status_code': status }),
  ...(job === undefined ? {} : { 'job.name': job }),
})

const kinds = { request: SpanKind.SERVER, job: SpanKind.CONSUMER } as const

/** Spans of whatever tracer is loaded. */
export const createTracing = (): Tracing => {
  const tracer = trace.getTracer('second-read')
  return {
    begin: (name, facts) => {
      const span = tracer.startSpan(name, { kind: kinds[name], attributes: attributesOf(facts) })
      const around = trace.setSpan(context.active(), span)
      return {
        within: (work) => context.with(around, work),
        end: (last, failed) => {
          span.setAttributes(attributesOf(last))
          // No message: what went wrong stands in the log, by code.
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
          if (last.route !== undefined) span.updateName(`${last.method ?? ''} ${last.route}`.trim())
          span.end()
        },
      }
    },
  }
}
