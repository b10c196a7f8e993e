/** Spans as a loaded tracer sees them; without one nothing happens. */
import { type Attributes, type Span, type Tracer, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { createTracing } from './tracing.ts'

type Seen = { name: string; attributes: Attributes; failed: boolean; ended: boolean }

const record = (): Seen[] => {
  const spans: Seen[] = []
  const startSpan: Tracer['startSpan'] = (name, options) => {
    const seen: Seen = { name, attributes: { ...options?.attributes }, failed: false, ended: false }
    spans.push(seen)
    const span: Partial<Span> = {
      setAttributes: (attributes) => {
        Object.assign(seen.attributes, attributes)
        return span as Span
      },
      setStatus: () => {
        seen.failed = true
        return span as Span
      },
      updateName: (name) => {
        seen.name = name
        return span as Span
      },
      end: () => {
        seen.ended = true
      },
    }
    return span as Span
  }
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) as Tracer })
  return spans
}

afterEach(() => trace.disable())

describe('tracing', () => {
  it('does nothing without a tracer', () => {
    const span = createTracing().begin('job', { job: 'pack.admit' })
    expect(span.within(() => 7)).toBe(7)
    expect(() => span.end({ job: 'pack.admit' }, true)).not.toThrow()
  })

  it('names a request by its pattern', () => {
    const spans = record()
    const span = createTracing().begin('request', { method: 'GET' })
    expect(span.within(() => 7)).toBe(7)
    span.end({ method: 'GET', route: '/api/cases/:case', status: 503 }, true)
    expect(spans).toEqual([
      {
        name: 'GET /api/cases/:case',
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/api/cases/:case',
          'http.response.status_code': 503,
        },
        failed: true,
        ended: true,
      },
    ])
  })
})
