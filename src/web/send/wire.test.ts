/** The wire: who waits is told why, and tries at once when the line is back. */
import { describe, expect, it } from 'vitest'
import { askOpenly } from '#sending/conversation.ts'
import type { Said } from '#sending/judge.ts'
import { openWire } from './wire.ts'

const asked = { method: 'GET', path: '/x', patienceMs: 1_000 } as const
const silent: Said = { status: 0, json: null, retryAfter: null }
const busy: Said = { status: 503, json: { code: 'server.stopping' }, retryAfter: 60 }
const well: Said = { status: 200, json: {}, retryAfter: null }

const wireOf = (...answers: Said[]) => {
  const states: string[] = []
  const wire = openWire(
    async () => answers.shift() ?? well,
    () => states.push(wire.state().kind),
  )
  return { wire, states }
}

const ask = (wire: ReturnType<typeof openWire>, signal = new AbortController().signal) =>
  askOpenly({ ...wire.patience(signal), random: () => 0 }, asked, () => true)

describe('the wire', () => {
  it('is offline while nobody answers, and well again after the first answer', async () => {
    const { wire, states } = wireOf(silent)
    await ask(wire)
    expect(states).toEqual(['offline', 'well'])
  })

  it('is busy until the moment that the gateway told, and tries sooner when it is woken', async () => {
    const { wire } = wireOf(busy)
    const began = Date.now()
    const asking = ask(wire)
    await expect.poll(() => wire.state().kind).toBe('busy')
    const state = wire.state()
    const at = state.kind === 'busy' ? (state.retryAt?.getTime() ?? 0) : 0
    expect(at - began).toBeGreaterThan(55_000)
    wire.wake()
    await asking
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(wire.state().kind).toBe('well')
  })

  it('ends with its own reason when it is dropped while it waits', async () => {
    const { wire } = wireOf(busy)
    const end = new AbortController()
    const asking = ask(wire, end.signal)
    await expect.poll(() => wire.state().kind).toBe('busy')
    end.abort(new Error('dropped'))
    await expect(asking).rejects.toThrow('dropped')
  })
})
