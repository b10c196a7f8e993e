/** How objects leave: the audit first, every length told, one part after another, and never a body that looks whole. */
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { ItemId } from '#domain/id.ts'
import { actors, newId, type Rehearsal, rehearse } from '#http/rehearsal.ts'
import type { InstanceFile, InstanceSet } from '#steps/read-instances.ts'

let stage: Rehearsal | null = null
afterEach(async () => {
  await stage?.close()
  stage = null
})

const uid = (last: number): string => `1.2.840.${'9'.repeat(50)}.${last}`

const file = (nth: number, pieces: readonly string[], open?: InstanceFile['open']): InstanceFile => ({
  item: newId<ItemId>(),
  instance: {
    studyUid: uid(1),
    seriesUid: uid(2),
    sopUid: uid(10 + nth),
    sopClass: '1.2',
    transferSyntax: '1.2.840.10008.1.2.1',
    modality: 'CT',
    seriesNumber: 1,
    instanceNumber: nth,
    rows: null,
    columns: null,
    frames: 1,
  },
  length: pieces.join('').length,
  sha256: new Uint8Array(32),
  open:
    open ??
    async function* () {
      for (const piece of pieces) yield [Buffer.from(piece)]
    },
})

const begin = async (files: InstanceSet['files'], said: string[] = []): Promise<Rehearsal> => {
  stage = await rehearse({
    readInstances: async () => ({ modified: new Date(0), withheld: 0, files, close: () => {} }),
    audit: {
      append: async ({ action, facts }) => {
        said.push(`${action} ${String(facts['instances'])}`)
      },
      entriesOf: async () => [],
    },
  })
  return stage
}

const ask = ({ url }: Rehearsal, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${url}/dicomweb/cases/${actors.session.case}/studies/${uid(1)}`, {
    method,
    headers: { authorization: 'Bearer reader', ...headers },
  })

describe('a study', () => {
  it('leaves in parts that say what and how long they are', async () => {
    const said: string[] = []
    const answer = await ask(await begin([file(1, ['one', 'two']), file(2, ['three'])], said))
    const body = await answer.text()
    expect(said).toEqual(['instances.read 2'])
    expect(answer.headers.get('content-length')).toBe(String(body.length))
    const boundary = /boundary=(\w+)$/.exec(answer.headers.get('content-type') ?? '')?.[1] ?? ''
    const parts = body.split(`--${boundary}`)
    expect(parts[0]).toBe('')
    expect(parts.at(-1)).toBe('--\r\n')
    const [first = '', second] = parts.slice(1, -1).map((part) => part.split('\r\n\r\n'))
    expect([first[1], second?.[1]]).toEqual(['onetwo\r\n', 'three\r\n'])
    const base = `https://records.example/dicomweb/cases/${actors.session.case}`
    expect(first[0]?.trim().split('\r\n')).toEqual([
      'Content-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2.1',
      `Content-Location: ${base}/studies/${uid(1)}/series/${uid(2)}/instances/${uid(11)}`,
      'Content-Length: 6',
    ])
    // One client looks no further for the end of a part's head.
    expect(first[0]?.length).toBeLessThan(1_000)
  })

  it('is not fetched for who asks for its head only', async () => {
    const said: string[] = []
    const never: InstanceFile['open'] = () => {
      throw new Error('fetched')
    }
    const answer = await ask(await begin([file(1, ['one'], never)], said), {}, 'HEAD')
    expect([answer.status, said]).toEqual([200, []])
  })

  it('is not sent when its reading cannot be written down', async () => {
    const stage = await begin([file(1, ['one'])])
    await stage.close()
    const broken = await rehearse({
      readInstances: async () => ({
        modified: new Date(0),
        withheld: 0,
        files: [file(1, ['one'])],
        close: () => {},
      }),
      audit: { append: () => Promise.reject(new Fault('ledger.unavailable')), entriesOf: async () => [] },
    })
    const answer = await ask(broken)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json'])
    await broken.close()
  })

  it.each([
    [
      'does not open',
      async function* (): AsyncGenerator<Buffer[]> {
        yield [Buffer.from('t')]
        throw new Fault('store.damaged')
      },
    ],
    [
      'is shorter than it was',
      async function* (): AsyncGenerator<Buffer[]> {
        yield [Buffer.from('t')]
      },
    ],
    [
      'is longer than it was',
      async function* (): AsyncGenerator<Buffer[]> {
        yield [Buffer.from('three and more')]
      },
    ],
  ])('is cut off where a file %s', async (_, open) => {
    const stage = await begin([file(1, ['one']), file(2, ['three'], open)])
    const whole = ask(stage).then((answer) => answer.text())
    await expect(whole).rejects.toThrow(/terminated|fetch failed/)
  })

  it('waits with the next for who is slow', async () => {
    let opened = 0
    const large = 'x'.repeat(1_000_000)
    const files = Array.from({ length: 64 }, (_, nth) =>
      file(nth, [large], async function* () {
        opened += 1
        yield [Buffer.from(large)]
      }),
    ) as [InstanceFile, ...InstanceFile[]]
    const answer = await ask(await begin(files))
    await new Promise((later) => setTimeout(later, 300))
    expect(opened).toBeLessThan(48)
    const body = await answer.arrayBuffer()
    expect([opened, body.byteLength > 64_000_000]).toEqual([64, true])
  })
})
