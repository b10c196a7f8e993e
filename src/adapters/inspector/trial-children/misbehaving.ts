/**
 * Trial child: does what the first letter of a file's text says, each a thing a captured child could do. For
 * tests of the frame only; it opens nothing.
 */
import { readdirSync, readFileSync, readSync, writeSync } from 'node:fs'

const output = 3

const send = (kind: number, payload: Buffer, length = payload.length): void => {
  const header = Buffer.alloc(5)
  header.writeUInt8(kind, 0)
  header.writeUInt32LE(length, 1)
  writeSync(output, Buffer.concat([header, payload]))
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

const tell = (findings: object): void =>
  send(
    18,
    Buffer.from(
      `\0${JSON.stringify({ kind: 'other', codes: ['TEXT_FILE'], instance: null, facts: {}, ...findings })}`,
    ),
  )

const say = (codes: readonly string[], facts: object = {}, instance: unknown = null): void =>
  tell({ ...(codes.length > 0 ? { codes } : {}), facts, instance })

const list = (listed: unknown): void => tell({ listed })

const ask = (offset: number, length: number): void => {
  const payload = Buffer.alloc(12)
  payload.writeDoubleLE(offset, 0)
  payload.writeUInt32LE(length, 8)
  send(17, payload)
}

const refused = (attempt: () => unknown): boolean => {
  try {
    attempt()
    return false
  } catch {
    return true
  }
}

const grow = (): never => {
  const held: Buffer[] = []
  for (;;) held.push(Buffer.alloc(50_000_000, 1))
}

const hang = (): never => {
  for (;;) Math.random()
}

const tricks: Readonly<Record<string, () => unknown>> = {
  a: () => say(['NOT_DICOM_OR_PDF']),
  b: () => say([], { title: `${process.pid}` }),
  c: () => say(['NO_SUCH_CODE']),
  d: () => say([], { title: 'x'.repeat(257) }),
  e: () => process.exit(3),
  f: () => send(18, Buffer.from('\0{"kind":"dicom", nonsense')),
  g: grow,
  h: hang,
  i: () => say([], {}, { studyUid: '<b>' }),
  j: () => say([], { pages: 1e99 }),
  k: () => send(18, Buffer.from('\0'), 0xffffffff),
  l: () => send(99, Buffer.from('?')),
  m: () => ask(0, 2_000_000),
  n: () => ask(1e9, 10),
  o: () => ask(Number.NaN, 10),
  u: () => list(['1.2.3', '<b>']),
  v: () => list(Array.from({ length: 20_001 }, (_, nth) => `1.${nth}`)),
  w: () => say([], { otherPatientIds: Array.from({ length: 9 }, () => ({ id: '1', issuer: 'A' })) }),
  x: () => say([], { expected: { slices: 1e12 } }),
  p: () => {
    say([])
    say([])
  },
  // Says what it knows so far, waits to be told to go on, and never comes back.
  y: () => {
    send(
      22,
      Buffer.from(JSON.stringify({ kind: 'pdf', codes: ['PDF_ACTIVE_JS'], instance: null, facts: {} })),
    )
    fill(5)
    hang()
  },
  z: () => {
    send(22, Buffer.from(JSON.stringify({ kind: 'pdf', codes: [], instance: null, facts: {} })))
    fill(5)
    process.exit(4)
  },
  0: () => send(22, Buffer.from('{"kind":"pdf","codes":"none"}')),
  1: () => tell({ kind: 'pdf', codes: [], text: 'a\u0007' }),
  2: () => tell({ codes: [] }),
  3: () => tell({ kind: 'pdf', codes: [] }),
  4: () => tell({ kind: 'picture', codes: [], patches: [{ at: 4, length: 8, bytes: '' }] }),
  5: () => tell({ kind: 'dicom', codes: [] }),
  q: () => say([], { name: '/etc/passwd', title: 'kept' }),
  r: () => {
    ask(4, 4)
    say([], { title: fill(9).toString('latin1', 5) })
  },
  s: () =>
    say([], {
      title: `env=${JSON.stringify(Reflect.get(process, 'env'))} cwd=${process.cwd()} uid=${process.getuid?.()}`,
    }),
  t: () => {
    const closed = [
      refused(() => readFileSync('/etc/hostname')),
      refused(() => readdirSync('/')),
      refused(() => process.getBuiltinModule('node:child_process').spawnSync('/bin/true')),
      refused(() => new (process.getBuiltinModule('node:worker_threads').Worker)('0', { eval: true })),
    ]
    say([], { title: closed.join() })
  },
}

const image = (title: string): string =>
  JSON.stringify({ kind: 'dicom', codes: ['DICOM_DEEP'], instance: null, facts: { title } })

const answer = (lines: readonly string[]): void => send(18, Buffer.from(`\0${lines.join('\n')}`))

/** What it does with several images that are asked about at once: the letter is the last one of the first head. */
const glances: Readonly<Record<string, (files: number) => unknown>> = {
  a: (files) => answer(Array.from({ length: files }, (_, nth) => image(`${nth} of ${files}`))),
  b: (files) =>
    answer(Array.from({ length: files }, (_, nth) => (nth === 1 ? '' : image(`${nth} of ${files}`)))),
  c: (files) => answer(Array.from({ length: files - 1 }, () => image('too few'))),
  d: (files) =>
    answer(
      Array.from({ length: files }, (_, nth) =>
        nth === 1 ? '{"kind":"picture","codes":[]}' : image('one lies'),
      ),
    ),
  e: () => process.exit(3),
  f: () => answer(['nonsense']),
  g: () => ask(0, 10),
  h: hang,
}

const countFiles = (payload: Buffer): number => {
  let files = 0
  for (let at = 0; at < payload.length; at += 12 + payload.readUInt32LE(at + 8)) files += 1
  return files
}

const letterAt = (payload: Buffer, at: number): string => payload.toString('latin1', at, at + 1)

send(16, Buffer.alloc(0))
for (;;) {
  const header = fill(5)
  const payload = fill(header.readUInt32LE(1))
  if (header.readUInt8(0) === 5)
    glances[letterAt(payload, 11 + payload.readUInt32LE(8))]?.(countFiles(payload))
  else if (payload.toString('latin1', 8 + 128, 8 + 132) === 'DICM') answer([image('alone')])
  else tricks[letterAt(payload, 8)]?.()
}
