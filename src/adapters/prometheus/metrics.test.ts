import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { listenForMachines } from './listener.ts'
import { createPrometheus } from './metrics.ts'

const measure = {
  route: '/api/cases/:case',
  method: 'GET',
  status: 200,
  seconds: 0.01,
  received: 10,
  sent: 20,
}

describe('metrics', () => {
  it('count by closed lists and let nothing else become a label', async () => {
    const { metrics, text } = createPrometheus()
    const id = randomUUID()
    metrics.request(measure)
    metrics.request({ ...measure, route: `/api/cases/${id}`, method: 'BREW', status: null })
    metrics.job(id, 1, true)
    metrics.job('pack.admit', 0.2, false)
    metrics.store(`packs/${id}`, 0.1, false)
    metrics.store('PutObject', 0.1, false)
    metrics.admitted(['accepted', 'rejected', 'accepted'])
    metrics.received(2, 8_000)
    metrics.dependency('queue', false)
    const lines = (await text()).split('\n')
    expect(lines.join('\n')).not.toContain(id.slice(0, 8))
    for (const line of [
      'second_read_request_seconds_count{route="/api/cases/:case",method="GET",status="200"} 1',
      'second_read_request_seconds_count{route="other",method="other",status="aborted"} 1',
      'second_read_request_bytes_total{direction="out"} 40',
      'second_read_job_seconds_count{job="other",result="failed"} 1',
      'second_read_job_seconds_count{job="pack.admit",result="done"} 1',
      'second_read_store_seconds_count{operation="other",result="done"} 1',
      'second_read_store_seconds_count{operation="PutObject",result="done"} 1',
      'second_read_items_total{outcome="accepted"} 2',
      'second_read_items_total{outcome="rejected"} 1',
      'second_read_packs_received_total 2',
      'second_read_bytes_received_total 8000',
      'second_read_dependency_up{dependency="queue"} 0',
      'second_read_dependency_lost_total{dependency="queue"} 1',
    ])
      expect(lines).toContain(line)
    expect(lines.some((line) => line.startsWith('nodejs_eventloop_lag_seconds '))).toBe(true)
  })

  it('say nothing of owed packs while the ledger is silent, and everything else', async () => {
    const { watchOwed, text } = createPrometheus()
    let count = async (): Promise<number> => 7
    watchOwed(() => count())
    expect(await text()).toContain('\nsecond_read_packs_owed 7\n')
    count = () => Promise.reject(new Error('no ledger'))
    expect(await text()).toContain('\nsecond_read_packs_owed Nan\n')
  })

  it('are read on a listener of their own that knows nothing else', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    let ready = true
    const listener = await listenForMachines(
      { host: '127.0.0.1', port },
      createPrometheus(),
      async () => ready,
    )
    try {
      const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method })
      const numbers = await ask('/metrics')
      expect(numbers.headers.get('content-type')).toContain('text/plain; version=0.0.4')
      expect(await numbers.text()).toContain('process_cpu_seconds_total')
      expect((await ask('/healthz')).status).toBe(200)
      expect((await ask('/readyz')).status).toBe(200)
      ready = false
      expect((await ask('/readyz')).status).toBe(503)
      expect((await ask('/api/cases')).status).toBe(404)
      expect((await ask('/metrics', 'POST')).status).toBe(405)
    } finally {
      await listener.close()
    }
  })
})
