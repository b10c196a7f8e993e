/** Desk and readers of a server put together: which adapters stand behind their steps. */
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import { openPrinter } from '#compose.ts'
import type { Config } from '#config/read-config.ts'
import type { PortalNeeds } from '#http/needs.ts'
import { askCopy, listCopies } from '#steps/ask-copy.ts'
import { askPush, listPushes } from '#steps/ask-push.ts'
import {
  authorizeCapability,
  authorizeOperator,
  authorizeReader,
  authorizeReading,
  findCapability,
} from '#steps/authorize.ts'
import { checkAgain, decide } from '#steps/decide.ts'
import { enterReading, leaveReading } from '#steps/enter-reading.ts'
import { endReader, inviteAgain, inviteReader, listReaders } from '#steps/invite-reader.ts'
import { openCase } from '#steps/open-case.ts'
import { openGrant, revokeGrant } from '#steps/open-grant.ts'
import { openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import { printLink } from '#steps/print-link.ts'
import { readBundle } from '#steps/read-bundle.ts'
import { listDecisions, listItems, listQuarantine, readCase } from '#steps/read-case.ts'
import { readCompleteness } from '#steps/read-completeness.ts'
import { readCopy } from '#steps/read-copy.ts'
import { readBulk, readFrames, readRendered } from '#steps/read-frames.ts'
import { readInstances } from '#steps/read-instances.ts'
import { readItem } from '#steps/read-item.ts'
import { dropLetter, listLetters, readLetter } from '#steps/read-letters.ts'
import { readMetadata } from '#steps/read-metadata.ts'
import { readSenders } from '#steps/read-senders.ts'
import { searchCase } from '#steps/search-case.ts'
import { searchInstances } from '#steps/search-instances.ts'
import { signIn } from '#steps/sign-in.ts'
import { viewCase } from '#steps/view-case.ts'
import type { Adapters, Side } from './sides.ts'

const clock = systemClock
const ids = randomIds

/** Desk and readers: opens what was taken. */
export const portalSide = (config: Config, adapters: Adapters): Side<PortalNeeds> => {
  const ring = openVaultRing(config.keysFolder, clock, config.publicUrl)
  const { vault, linkTokens, readerTokens, accessTokens, statements, publicKeys } = ring
  const { store, secrets } = adapters
  const { queue } = adapters.queueing
  const { cases, links, letters, introductions, readers, admission, delivery, instances } = adapters.ledgers
  const { copies, decisions, completeness, audit, operators, pushes } = adapters.ledgers
  const { publicUrl, reminderDays } = config
  const linkNeeds = {
    cases,
    links,
    letters,
    vault,
    tokens: linkTokens,
    secrets,
    audit,
    queue,
    clock,
    ids,
    publicUrl,
    reminderDays,
  }
  const grantNeeds = { cases, delivery, secrets, tokens: accessTokens, audit, clock, ids }
  const reading = { cases, readers, vault, tokens: readerTokens, secrets, audit, clock, ids }
  const deciding = { cases, decisions, admission, store, vault, audit, queue, clock }
  const copying = { cases, copies, vault, audit, queue, clock, ids }
  const desk = { institution: config.institution, contact: config.contact }
  const letterNeeds = { letters, cases, vault, audit, clock }
  const targets = config.pushTargets.map(({ name }) => name)
  const asking = { pushes, cases, instances, targets, queue, audit, clock, ids }
  const maker = {
    ...desk,
    software: 'Second Read',
    keys: `${config.publicUrl}/.well-known/jwks.json`,
  }
  return {
    ohifUrl: config.ohifUrl,
    publicKeys,
    authorizeOperator: authorizeOperator({ operators, secrets, clock }),
    authorizeReader: authorizeReader({ delivery, tokens: accessTokens, clock }),
    findCapability: findCapability({ delivery, secrets }),
    authorizeCapability: authorizeCapability({ delivery, clock }),
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
    listLetters: listLetters(letterNeeds),
    readLetter: readLetter(letterNeeds),
    dropLetter: dropLetter(letterNeeds),
    printLink: printLink({ ...linkNeeds, print: openPrinter(), desk }),
    openGrant: openGrant(grantNeeds),
    revokeGrant: revokeGrant(grantNeeds),
    inviteReader: inviteReader(reading),
    inviteAgain: inviteAgain(reading),
    endReader: endReader(reading),
    listReaders: listReaders(reading),
    enterReading: enterReading(reading),
    leaveReading: leaveReading(reading),
    askPush: askPush(asking),
    listPushes: listPushes(asking),
    viewCase: viewCase({ cases, delivery, vault, audit, clock }),
    readBundle: readBundle({ delivery, vault, store, statements, maker }),
    askCopy: askCopy(copying),
    listCopies: listCopies(copying),
    readCopy: readCopy({ copies, delivery, vault, store, statements, maker }),
    readItem: readItem({ delivery, vault, store }),
    searchCase: searchCase({ delivery, vault, audit, clock }),
    searchInstances: searchInstances({ instances, vault }),
    readInstances: readInstances({ instances, vault, store }),
    readMetadata: readMetadata({ instances, vault, store }),
    readFrames: readFrames({ instances, vault, store }),
    readBulk: readBulk({ instances, vault, store }),
    readRendered: readRendered({ instances, vault, store }),
    cases,
    links,
    delivery,
    audit,
  }
}
