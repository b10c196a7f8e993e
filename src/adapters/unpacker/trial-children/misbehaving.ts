/**
 * Trial child: does what the first letter of an archive says, each a thing a captured child could do. For tests of
 * the frame only; it opens nothing.
 */
import { readSync, writeSync } from 'node:fs'

const output = 3
const kinds = { read: 17, done: 18, entry: 19, piece: 20, end: 21 }

const send = (kind: number, payload: Buffer = Buffer.alloc(0), length = payload.length): void => {
  const header = Buffer.alloc(5)
  header.writeUInt8(kind, 0)
  header.writeUInt32LE(length, 1)
  const bytes = Buffer.concat([header, payload])
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at)
}

const fill = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const got = readSync(0, bytes, at, length - at, null)
    if (got === 0) process.exit(0)
    at += got
  }
  return bytes
}

const receive = (): Buffer => fill(fill(5).readUInt32LE(1))

const ask = (offset: number, length: number): Buffer => {
  const payload = Buffer.alloc(12)
  payload.writeDoubleLE(offset, 0)
  payload.writeUInt32LE(length, 8)
  send(kinds.read, payload)
  return receive()
}

const entry = (index: number, name: string, modified = Number.NaN): void => {
  const start = Buffer.alloc(12)
  start.writeUInt32LE(index, 0)
  start.writeDoubleLE(modified, 4)
  send(kinds.entry, Buffer.concat([start, Buffer.from(name)]))
  receive()
}

const piece = (bytes: Buffer): void => {
  send(kinds.piece, bytes)
  receive()
}

const end = (): void => {
  send(kinds.end)
  receive()
}

const done = (codes: unknown): void => send(kinds.done, Buffer.from(`\0${JSON.stringify(codes)}`))

const grow = (): never => {
  const held: object[] = []
  for (;;) held.push(Array.from({ length: 10_000 }, () => ({})))
}

const hang = (): never => {
  for (;;) Math.random()
}

const pour = (): never => {
  const bytes = Buffer.alloc(1_048_576)
  entry(0, 'poured')
  for (;;) piece(bytes)
}

const readOn = (): never => {
  for (;;) ask(0, 1)
}

const tricks: Readonly<Record<string, () => unknown>> = {
  a: () => {
    entry(0, 'a', 1_000)
    piece(Buffer.from(`${process.pid}`))
    end()
    done([])
  },
  b: () => done(['NO_SUCH_CODE']),
  c: () => done(['MALWARE_FOUND']),
  d: () => done('ARCHIVE_LIMIT'),
  e: () => process.exit(3),
  f: () => piece(Buffer.from('x')),
  g: grow,
  h: hang,
  i: () => {
    entry(1, 'a')
    entry(1, 'b')
  },
  j: () => entry(50_000, 'a'),
  k: () => {
    entry(0, 'a')
    end()
    end()
  },
  l: () => {
    entry(0, 'a')
    process.exit(0)
  },
  m: () => ask(0, 2_000_000),
  n: () => ask(1e9, 1),
  o: () => send(kinds.piece, Buffer.alloc(0)),
  p: pour,
  q: () => send(kinds.done, Buffer.from('\0["ARCHIVE_'), 11),
  r: readOn,
  s: () => {
    entry(0, `../..//\u202e\0${'x'.repeat(2_000)}`, 1e300)
    end()
    done(['ARCHIVE_DAMAGED', 'ARCHIVE_DAMAGED'])
  },
  t: () => {
    entry(0, 'a')
    done([])
    done([])
  },
  u: () => {
    entry(0, 'a')
    hang()
  },
  v: () => entry(0, 'before what was asked for'),
}

send(16)
const asked = receive()
const letter = asked.readUInt32LE(8) === 7 ? 'v' : ask(0, 1).toString('latin1')
tricks[letter]?.()
