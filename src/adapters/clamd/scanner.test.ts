/** A clamd that misbehaves, as a healthy one never will: whatever it does, no file is called clean. */
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { inPieces } from '#ports/scanner.contract.ts'
import type { Scanner } from '#ports/scanner.ts'
import { createClamd } from './scanner.ts'

type Behaviour = {
  /** What it does with a file; `whole` once the end of the stream came. */
  readonly file?: (socket: Socket, whole: boolean) => void
  readonly pong?: string | null
}

let server: Server | null = null
const sockets = new Set<Socket>()

const behave = async ({ file = () => {}, pong = 'PONG\0' }: Behaviour): Promise<Scanner> => {
  const listening = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let command = ''
    socket.on('data', (piece: Buffer) => {
      if (command === '') command = piece.toString('latin1').split('\0')[0] ?? ''
      if (command === 'zPING') {
        if (pong !== null) socket.end(pong)
      } else file(socket, piece.subarray(-4).equals(Buffer.alloc(4)))
    })
  })
  server = listening
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
  const address = listening.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return createClamd({ host: '127.0.0.1', port }, { fileMs: 700, pulseMs: 150 })
}

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server?.close()
  server = null
})

const bytes = Buffer.alloc(300_000, 'a')
const scan = (scanner: Scanner) => scanner.scan(inPieces(bytes, 65_536), bytes.length)

/** As a store would give it: with time in between to be interrupted. */
async function* slowly(): AsyncGenerator<Buffer> {
  for await (const piece of inPieces(bytes, 65_536)) {
    await new Promise((wait) => setTimeout(wait, 10))
    yield piece
  }
}

describe('a clamd that', () => {
  it.each<[string, Behaviour['file'], string]>([
    ['says something else', (socket, whole) => whole && socket.end('stream: fine\0'), 'scanner.failed'],
    ['leaves its sentence open', (socket, whole) => whole && socket.end('stream: OK'), 'scanner.failed'],
    ['closes without a word', (socket, whole) => whole && socket.end(), 'scanner.failed'],
    ['talks without end', (socket, whole) => whole && socket.write('x'.repeat(9_000)), 'scanner.failed'],
    ['calls it clean before its end', (socket) => socket.end('stream: OK\0').destroySoon(), 'scanner.failed'],
    ['goes away in the middle', (socket) => socket.resetAndDestroy(), 'scanner.failed'],
    ['thinks for ever', () => {}, 'scanner.failed'],
  ])('%s gives no answer about the file', async (_what, file, code) => {
    const scanner = await behave(file === undefined ? {} : { file })
    await expect(scanner.scan(slowly(), bytes.length)).rejects.toMatchObject({ code })
  })

  it('takes nothing and has no pulse is not there, and known within moments', async () => {
    const scanner = await behave({ file: (socket) => socket.pause(), pong: null })
    const began = performance.now()
    await expect(scan(scanner)).rejects.toMatchObject({ code: 'scanner.unavailable' })
    expect(performance.now() - began).toBeLessThan(600)
    expect(await scanner.alive()).toBe(false)
    await expect(scanner.facts()).rejects.toMatchObject({ code: 'scanner.unavailable' })
  })

  it('is not there at all', async () => {
    for (const address of [{ host: '127.0.0.1', port: 1 }, { path: '/nowhere/clamd.ctl' }]) {
      const scanner = createClamd(address)
      await expect(scan(scanner)).rejects.toMatchObject({ code: 'scanner.unavailable' })
      expect(await scanner.alive()).toBe(false)
    }
  })

  it('is slow holds its source back', async () => {
    const scanner = await behave({ file: (socket) => socket.pause(), pong: null })
    let given = 0
    const source = async function* (): AsyncGenerator<Buffer> {
      for (; given < 1_000; given += 1) yield Buffer.alloc(65_536)
    }
    await expect(scanner.scan(source(), 65_536_000)).rejects.toMatchObject({ code: 'scanner.unavailable' })
    expect(given).toBeLessThan(200)
  })

  it('knows the news about a part of it is believed when it is bad', async () => {
    const scanner = await behave({ file: (socket) => socket.end('stream: Bad.Thing FOUND\0') })
    expect(await scan(scanner)).toEqual({ found: 'Bad.Thing' })
  })

  it('gets no more than a few files at once', async () => {
    let most = 0
    const scanner = await behave({
      file: (socket, whole) => {
        most = Math.max(most, sockets.size)
        if (whole) setTimeout(() => socket.end('stream: OK\0'), 20)
      },
    })
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => scan(scanner)))
    expect(new Set(verdicts)).toEqual(new Set(['clean']))
    expect(most).toBeLessThanOrEqual(5)
  })
})
