/** Metadata whose client goes away while it is sent: viewers do so all day, and nobody has to be told. */
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import { actors, rehearse } from '#http/rehearsal.ts'

it.each(['gzip', 'identity'])('is no fault of ours when the client leaves: %s', async (coding) => {
  let asked = 0
  const rehearsal = await rehearse({
    audit: { append: async () => {}, entriesOf: async () => [] },
    readMetadata: async () => ({
      modified: new Date(),
      count: 1,
      withheld: 0,
      async *write() {
        for (; asked < 2_000; asked += 1) {
          await sleep(1)
          yield `${Math.random()}`.repeat(4_000)
        }
      },
    }),
  })
  try {
    const path = `/dicomweb/cases/${actors.session.case}/studies/1.2/metadata`
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: 'Bearer reader', 'accept-encoding': coding }
      const request = get(`${rehearsal.url}${path}`, { headers }, (reply) => {
        reply.on('error', () => {})
        reply.once('data', () => {
          request.destroy()
          resolve()
        })
      })
      request.on('error', reject)
    })
    await expect
      .poll(() => rehearsal.notes.map(({ event }) => event), { timeout: 5_000 })
      .toContain('request.served')
    await sleep(100)
    expect(rehearsal.notes.filter(({ event }) => event === 'request.failed')).toEqual([])
    expect(asked).toBeLessThan(500)
  } finally {
    await rehearsal.close()
  }
})

it('is cut off and told when its source breaks', async () => {
  const rehearsal = await rehearse({
    audit: { append: async () => {}, entriesOf: async () => [] },
    readMetadata: async () => ({
      modified: new Date(),
      count: 1,
      withheld: 0,
      async *write() {
        yield 'x'.repeat(200_000)
        throw new Fault('store.damaged')
      },
    }),
  })
  try {
    const path = `/dicomweb/cases/${actors.session.case}/studies/1.2/metadata`
    const headers = { authorization: 'Bearer reader' }
    const whole = fetch(`${rehearsal.url}${path}`, { headers }).then((reply) => reply.text())
    await expect(whole).rejects.toThrow(/terminated|fetch failed/)
    const failed = () => rehearsal.notes.find(({ event }) => event === 'request.failed')?.fields
    await expect.poll(failed).toMatchObject({ fault: 'store.damaged' })
  } finally {
    await rehearsal.close()
  }
})
