/**
 * Server: configuration → adapters → steps → HTTP → listen. Started and stopped in mirrored order. With the role
 * `intake` alone it opens only the key ring's edge half: it locks what it takes and cannot look into it.
 */
import type { Server } from 'node:http'
import { join } from 'node:path'
import { readPages } from '#adapters/disk/pages.ts'
import { openEdgeRing } from '#adapters/jose/edge-ring.ts'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import { openLedgers, openQueue, openStore } from '#compose.ts'
import { runUntilStopped, type Stop } from '#config/lifecycle.ts'
import { loadConfig } from '#config/load-config.ts'
import type { Config } from '#config/read-config.ts'
import { isRefusal } from '#domain/fault.ts'
import { createApp } from '#http/app.ts'
import { createDoor } from '#http/door.ts'
import { knowOperators } from '#http/gates/known-operators.ts'
import type { HttpNeeds, IntakeNeeds, PortalNeeds } from '#http/needs.ts'
import { createServer, endServer } from '#http/server.ts'
import type { Metrics } from '#ports/metrics.ts'
import type { PublicKeys } from '#ports/tokens.ts'
import { askForLink } from '#steps/ask-for-link.ts'
import { authorizeOperator, authorizeReader, authorizeReading, authorizeSender } from '#steps/authorize.ts'
import { checkAgain, decide } from '#steps/decide.ts'
import { enterReading, leaveReading } from '#steps/enter-reading.ts'
import { exchangeLink } from '#steps/exchange-link.ts'
import { finishSend, sendStatus } from '#steps/finish-send.ts'
import { introduce, seeStanding, withdraw } from '#steps/introduce.ts'
import { endReader, inviteAgain, inviteReader, listReaders } from '#steps/invite-reader.ts'
import { lookAtLink } from '#steps/look-at-link.ts'
import { matchPatients, noteMatchAnswer } from '#steps/match-patients.ts'
import { nameInstance } from '#steps/name-instance.ts'
import { openCase } from '#steps/open-case.ts'
import { openGrant, revokeGrant } from '#steps/open-grant.ts'
import { openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import { planSend } from '#steps/plan-send.ts'
import { readBundle } from '#steps/read-bundle.ts'
import { listDecisions, listItems, listQuarantine, readCase } from '#steps/read-case.ts'
import { readCompleteness } from '#steps/read-completeness.ts'
import { readBulk, readFrames } from '#steps/read-frames.ts'
import { readInstances } from '#steps/read-instances.ts'
import { readItem } from '#steps/read-item.ts'
import { readMetadata } from '#steps/read-metadata.ts'
import { readSenders } from '#steps/read-senders.ts'
import { receive } from '#steps/receive.ts'
import { dropUpload, findUpload } from '#steps/resume-upload.ts'
import { searchCase } from '#steps/search-case.ts'
import { searchInstances } from '#steps/search-instances.ts'
import { signIn } from '#steps/sign-in.ts'
import { viewCase } from '#steps/view-case.ts'
import { startWorker } from '#workers/main.ts'
import { type Instruments, openInstruments } from './instruments.ts'

/** How long requests may take to end once the server was told to stop. */
const drainMs = 25_000

const clock = systemClock
const ids = randomIds

const openAdapters = async (config: Config, instruments: Instruments) => ({
  ledgers: openLedgers(config),
  queueing: await openQueue(config),
  store: await openStore(config, instruments.metrics),
  secrets: createSecrets(),
})

type Adapters = Awaited<ReturnType<typeof openAdapters>>

/** One half of the HTTP needs, with the public keys as that half of the key ring knows them. */
type Side<Needs> = Needs & { readonly publicKeys: PublicKeys }

/** Counts what senders were told is durable, whichever door it came through. */
const countReceived =
  (begin: IntakeNeeds['receive'], metrics: Metrics): IntakeNeeds['receive'] =>
  (session) => {
    const receiving = begin(session)
    return {
      ...receiving,
      commit: async (files) => {
        const received = await receiving.commit(files)
        if (!isRefusal(received)) metrics.received(received.packs, received.bytes)
        return received
      },
    }
  }

/** The public edge: takes records, and has no key to open them. */
const intakeSide = (config: Config, adapters: Adapters, metrics: Metrics): Side<IntakeNeeds> => {
  const { seal, linkReader, statements, publicKeys } = openEdgeRing(
    config.keysFolder,
    clock,
    config.publicUrl,
  )
  const { store, secrets } = adapters
  const { queue } = adapters.queueing
  const { intake, links, introductions, audit } = adapters.ledgers
  const { consent, institution, contact } = config
  const linkNeeds = { links, tokens: linkReader, secrets, audit, clock }
  const introducing = { introductions, seal, audit, queue, clock, ids, institution }
  return {
    publicKeys,
    authorizeSender: authorizeSender({ links, secrets, clock, consent }),
    exchangeLink: exchangeLink({ ...linkNeeds, queue, ids }),
    lookAtLink: lookAtLink({
      ...linkNeeds,
      intake,
      desk: { institution, contact },
    }),
    askForLink: askForLink(linkNeeds),
    matchPatients: matchPatients(linkNeeds),
    noteMatchAnswer: noteMatchAnswer(linkNeeds),
    introduce: introduce(introducing),
    withdraw: withdraw(introducing),
    seeStanding: seeStanding(introducing),
    planSend: planSend({ intake, seal, store, clock, ids }),
    receive: countReceived(receive({ store, intake, seal, queue, clock, ids }), metrics),
    nameInstance,
    finishSend: finishSend({ intake, statements, queue, audit, clock }),
    sendStatus: sendStatus({ intake }),
    findUpload: findUpload({ intake }),
    dropUpload: dropUpload({ intake, clock }),
  }
}

/** Desk and readers: opens what was taken. */
const portalSide = (config: Config, adapters: Adapters): Side<PortalNeeds> => {
  const ring = openVaultRing(config.keysFolder, clock, config.publicUrl)
  const { vault, linkTokens, readerTokens, accessTokens, statements, publicKeys } = ring
  const { store, secrets } = adapters
  const { queue } = adapters.queueing
  const { cases, links, introductions, readers, admission, delivery, instances } = adapters.ledgers
  const { decisions, completeness, audit, operators } = adapters.ledgers
  const linkNeeds = { cases, links, vault, tokens: linkTokens, secrets, audit, queue, clock, ids }
  const grantNeeds = { cases, delivery, tokens: accessTokens, audit, clock, ids }
  const reading = { cases, readers, vault, tokens: readerTokens, secrets, audit, clock, ids }
  const deciding = { cases, decisions, admission, store, vault, audit, queue, clock }
  const maker = {
    institution: config.institution,
    contact: config.contact,
    software: 'Second Read',
    keys: `${config.publicUrl}/.well-known/jwks.json`,
  }
  return {
    publicKeys,
    authorizeOperator: authorizeOperator({ operators, secrets, clock }),
    authorizeReader: authorizeReader({ delivery, tokens: accessTokens, clock }),
    authorizeReading: authorizeReading({ readers, secrets, clock }),
    signIn: signIn({ operators, secrets, audit, clock, ids }),
    openCase: openCase({ cases, vault, audit, queue, clock, ids }),
    readCase: readCase({ cases, delivery, vault }),
    readSenders: readSenders({ cases, introductions, vault }),
    listItems: listItems({ cases, delivery, vault }),
    listQuarantine: listQuarantine({ cases, decisions, vault }),
    listDecisions: listDecisions({ cases, decisions, vault }),
    readCompleteness: readCompleteness({ cases, completeness, delivery, vault }),
    decide: decide(deciding),
    checkAgain: checkAgain(deciding),
    openLink: openLink(linkNeeds),
    renewLink: renewLink(linkNeeds),
    revokeLink: revokeLink(linkNeeds),
    openGrant: openGrant(grantNeeds),
    revokeGrant: revokeGrant(grantNeeds),
    inviteReader: inviteReader(reading),
    inviteAgain: inviteAgain(reading),
    endReader: endReader(reading),
    listReaders: listReaders(reading),
    enterReading: enterReading(reading),
    leaveReading: leaveReading(reading),
    viewCase: viewCase({ cases, delivery, vault, audit, clock }),
    maker: { institution: config.institution, contact: config.contact },
    readBundle: readBundle({ delivery, vault, store, statements, maker }),
    readItem: readItem({ delivery, vault, store }),
    searchCase: searchCase({ delivery, vault, audit, clock }),
    searchInstances: searchInstances({ instances, vault }),
    readInstances: readInstances({ instances, vault, store }),
    readMetadata: readMetadata({ instances, vault, store }),
    readFrames: readFrames({ instances, vault, store }),
    readBulk: readBulk({ instances, vault, store }),
    cases,
    links,
    delivery,
    audit,
  }
}

const listen = (server: Server, { port, host }: Config): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => done())
  })

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
  await listen(server, config)
  journal.note('info', 'server.started', { port: config.port })
  return async () => {
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
