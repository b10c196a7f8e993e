/**
 * Server: configuration → adapters → steps → HTTP → listen. Started and stopped in mirrored order. With the role
 * `intake` alone it opens only the key ring's edge half: it locks what it takes and cannot look into it.
 */
import type { Server } from 'node:http'
import { join } from 'node:path'
import { readPages } from '#adapters/disk/pages.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import { runUntilStopped, type Stop } from '#config/lifecycle.ts'
import { loadConfig } from '#config/load-config.ts'
import type { Config } from '#config/read-config.ts'
import { isRefusal } from '#domain/fault.ts'
import { createApp } from '#http/app.ts'
import { createDoor } from '#http/door.ts'
import { knowOperators } from '#http/gates/known-operators.ts'
import type { HttpNeeds } from '#http/needs.ts'
import { createServer, endServer } from '#http/server.ts'
import type { Journal } from '#ports/journal.ts'
import { authorizeOperator } from '#steps/authorize.ts'
import { finishQuiet } from '#steps/finish-quiet.ts'
import { startWorker } from '#workers/main.ts'
import { openInstruments } from './instruments.ts'
import { intakeSide } from './intake-side.ts'
import { portalSide } from './portal-side.ts'
import { openAdapters } from './sides.ts'

/** How long requests may take to end once the server was told to stop. */
const drainMs = 25_000

const clock = systemClock
const ids = randomIds

const listen = (server: Server, { port, host }: Config): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => done())
  })

const quietEveryMs = 60_000

/** At once and from time to time. What fails is tried again the next time. */
const repeat = (endQuiet: ReturnType<typeof finishQuiet>, journal: Journal): NodeJS.Timeout => {
  const end = (): void => {
    endQuiet().catch((error: unknown) => journal.note('warn', 'quiet.failed', {}, error))
  }
  end()
  return setInterval(end, quietEveryMs)
}

const start = async (config: Config): Promise<Stop> => {
  const halves = (['intake', 'portal'] as const).filter((role) => config.roles.has(role))
  if (halves.length === 0) return startWorker(config)
  const instruments = openInstruments('server', config)
  const { journal, metrics, tracing } = instruments
  const adapters = await openAdapters(config, instruments)
  const { ledgers, queueing, store, secrets } = adapters
  const door = createDoor()
  const watching = await instruments.open({
    queue: queueing.queue,
    store,
    halves: halves.map((role) => (role === 'intake' ? 'edge' : 'vault')),
    isOpen: () => door.isOpen(),
  })
  const sides = {
    ...(config.roles.has('intake') ? intakeSide(config, adapters, metrics) : {}),
    ...(config.roles.has('portal') ? portalSide(config, adapters) : {}),
  }
  const operator = authorizeOperator({ operators: ledgers.operators, secrets, clock })
  // Routes of a role that this process does not have are not mounted, so what is missing is never asked for.
  const needs = {
    ...sides,
    roles: new Set(halves),
    proxies: config.proxies,
    publicUrl: config.publicUrl,
    institution: config.institution,
    contact: config.contact,
    pages: await readPages(join(import.meta.dirname, '..', 'dist', 'web')),
    scans: typeof config.malwareScan === 'object',
    journal,
    metrics,
    tracing,
    clock,
    ids,
    door,
    seeReady: watching.seeReady,
    isOperator: knowOperators(async (token) => !isRefusal(await operator(token)), secrets),
  } as HttpNeeds
  const server = createServer(createApp(needs))
  const stopWorker = config.roles.has('worker') ? await startWorker(config, instruments) : null
  const ends = config.roles.has('intake')
    ? repeat(finishQuiet({ intake: ledgers.intake, finish: needs.finishSend, clock }), journal)
    : undefined
  await listen(server, config)
  journal.note('info', 'server.started', { port: config.port })
  return async () => {
    clearInterval(ends)
    await endServer(server, door, { graceMs: config.stopGraceMs, mostMs: drainMs })
    await stopWorker?.()
    await watching.close()
    await queueing.close()
    await store.close()
    await ledgers.close()
    journal.note('info', 'server.stopped')
  }
}

await runUntilStopped('server', loadConfig(process.env), start)
