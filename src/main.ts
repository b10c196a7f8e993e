/**
 * Server: configuration → adapters → steps → HTTP → listen. Started and stopped in mirrored order. With the role
 * `intake` alone it opens only the key ring's edge half: it locks what it takes and cannot look into it.
 */
import type { Server } from 'node:http'
import { createJobQueue, openQueuePool } from '#adapters/bullmq/queue.ts'
import { openDiskStore } from '#adapters/disk/object-store.ts'
import { openEdgeRing } from '#adapters/jose/edge-ring.ts'
import { createSecrets } from '#adapters/jose/secrets.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import { createJournal } from '#adapters/pino/journal.ts'
import { createAuditLedger } from '#adapters/postgres/audit-ledger.ts'
import { createCaseLedger } from '#adapters/postgres/case-ledger.ts'
import { openDatabase, openPool } from '#adapters/postgres/database.ts'
import { createDeliveryLedger } from '#adapters/postgres/delivery-ledger.ts'
import { createIntakeLedger } from '#adapters/postgres/intake-ledger.ts'
import { createLinkLedger } from '#adapters/postgres/link-ledger.ts'
import { createOperatorLedger } from '#adapters/postgres/operator-ledger.ts'
import { runUntilStopped } from '#config/lifecycle.ts'
import { type Config, readConfig } from '#config/read-config.ts'
import { createApp } from '#http/app.ts'
import type { HttpNeeds, IntakeNeeds, PortalNeeds } from '#http/needs.ts'
import { createServer } from '#http/server.ts'
import { jobs } from '#jobs/jobs.ts'
import type { PublicKeys } from '#ports/tokens.ts'
import { authorizeOperator, authorizeReader, authorizeSender } from '#steps/authorize.ts'
import { exchangeLink } from '#steps/exchange-link.ts'
import { finishSend, sendStatus } from '#steps/finish-send.ts'
import { openCase } from '#steps/open-case.ts'
import { openGrant, revokeGrant } from '#steps/open-grant.ts'
import { openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import { planSend } from '#steps/plan-send.ts'
import { readBundle } from '#steps/read-bundle.ts'
import { listItems, readCase } from '#steps/read-case.ts'
import { readItem } from '#steps/read-item.ts'
import { receive } from '#steps/receive.ts'
import { signIn } from '#steps/sign-in.ts'

/** How long requests may take to end once the server was told to stop. */
const drainMs = 25_000

const clock = systemClock
const ids = randomIds

const openAdapters = async (config: Config) => {
  const db = openDatabase(openPool({ connectionString: config.databaseUrl }))
  const queuePool = openQueuePool(config.databaseUrl)
  return {
    db,
    queuePool,
    journal: createJournal('server', config.logLevel),
    store: await openDiskStore(config.objectsFolder),
    queue: createJobQueue(queuePool, jobs),
    cases: createCaseLedger(db),
    links: createLinkLedger(db),
    intake: createIntakeLedger(db),
    delivery: createDeliveryLedger(db),
    audit: createAuditLedger(db),
    operators: createOperatorLedger(db),
    secrets: createSecrets(),
  }
}

type Adapters = Awaited<ReturnType<typeof openAdapters>>

/** One half of the HTTP needs, with the public keys as that half of the key ring knows them. */
type Side<Needs> = Needs & { readonly publicKeys: PublicKeys }

/** The public edge: takes records, and has no key to open them. */
const intakeSide = (config: Config, adapters: Adapters): Side<IntakeNeeds> => {
  const { seal, linkReader, statements, publicKeys } = openEdgeRing(
    config.keysFolder,
    clock,
    config.publicUrl,
  )
  const { intake, links, queue, secrets, audit, store } = adapters
  return {
    publicKeys,
    authorizeSender: authorizeSender({ links, secrets, clock }),
    exchangeLink: exchangeLink({ links, tokens: linkReader, secrets, audit, clock, ids }),
    planSend: planSend({ intake, seal, clock, ids }),
    receive: receive({ store, intake, seal, queue, clock, ids }),
    finishSend: finishSend({ intake, statements, queue, audit, clock }),
    sendStatus: sendStatus({ intake }),
  }
}

/** Desk and readers: opens what was taken. */
const portalSide = (config: Config, adapters: Adapters): Side<PortalNeeds> => {
  const ring = openVaultRing(config.keysFolder, clock, config.publicUrl)
  const { vault, linkTokens, accessTokens, statements, publicKeys } = ring
  const { cases, links, delivery, audit, operators, secrets, store } = adapters
  const linkNeeds = { cases, links, vault, tokens: linkTokens, secrets, audit, clock, ids }
  const grantNeeds = { cases, delivery, tokens: accessTokens, audit, clock, ids }
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
    signIn: signIn({ operators, secrets, audit, clock, ids }),
    openCase: openCase({ cases, vault, audit, clock, ids }),
    readCase: readCase({ cases, delivery, vault }),
    listItems: listItems({ cases, delivery, vault }),
    openLink: openLink(linkNeeds),
    renewLink: renewLink(linkNeeds),
    revokeLink: revokeLink(linkNeeds),
    openGrant: openGrant(grantNeeds),
    revokeGrant: revokeGrant(grantNeeds),
    readBundle: readBundle({ delivery, vault, store, statements, maker }),
    readItem: readItem({ delivery, vault, store }),
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

/** Takes no more connections, lets running requests end, and cuts what is still open after `drainMs`. */
const drain = (server: Server): Promise<void> =>
  new Promise((done) => {
    const late = setTimeout(() => server.closeAllConnections(), drainMs)
    server.close(() => {
      clearTimeout(late)
      done()
    })
    server.closeIdleConnections()
  })

const start = async (config: Config) => {
  const adapters = await openAdapters(config)
  const { db, queuePool, journal, queue, store } = adapters
  const sides = {
    ...(config.roles.has('intake') ? intakeSide(config, adapters) : {}),
    ...(config.roles.has('portal') ? portalSide(config, adapters) : {}),
  }
  // Routes of a role that this process does not have are not mounted, so what is missing is never asked for.
  const needs = {
    ...sides,
    roles: config.roles,
    publicUrl: config.publicUrl,
    journal,
    clock,
    ids,
  } as HttpNeeds
  const server = createServer(createApp(needs))
  await listen(server, config)
  journal.note('info', 'server.started', { port: config.port })
  return async () => {
    await drain(server)
    await queue.close()
    await store.close()
    await queuePool.end()
    await db.destroy()
    journal.note('info', 'server.stopped')
  }
}

await runUntilStopped('server', readConfig(process.env), start)
