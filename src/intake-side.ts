/** The public edge of a server put together: which adapters stand behind its steps. */
import { openEdgeRing } from '#adapters/jose/edge-ring.ts'
import { randomIds, systemClock } from '#adapters/memory/clock.ts'
import type { Config } from '#config/read-config.ts'
import { isRefusal } from '#domain/fault.ts'
import type { IntakeNeeds } from '#http/needs.ts'
import type { Metrics } from '#ports/metrics.ts'
import { askForLink } from '#steps/ask-for-link.ts'
import { authorizeSender } from '#steps/authorize.ts'
import { exchangeLink } from '#steps/exchange-link.ts'
import { finishSend, sendStatus } from '#steps/finish-send.ts'
import { introduce, seeStanding, withdraw } from '#steps/introduce.ts'
import { lookAtLink } from '#steps/look-at-link.ts'
import { mailReceipt } from '#steps/mail-receipt.ts'
import { matchPatients, noteMatchAnswer } from '#steps/match-patients.ts'
import { nameInstance } from '#steps/name-instance.ts'
import { planSend } from '#steps/plan-send.ts'
import { receive } from '#steps/receive.ts'
import { dropUpload, findUpload } from '#steps/resume-upload.ts'
import type { Adapters, Side } from './sides.ts'

const clock = systemClock
const ids = randomIds

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
export const intakeSide = (config: Config, adapters: Adapters, metrics: Metrics): Side<IntakeNeeds> => {
  const { seal, linkReader, statements, publicKeys } = openEdgeRing(
    config.keysFolder,
    clock,
    config.publicUrl,
  )
  const { store, secrets } = adapters
  const { queue } = adapters.queueing
  const { intake, links, letters, introductions, audit } = adapters.ledgers
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
    mailReceipt: mailReceipt({ introductions, letters, audit, clock, ids }),
    sendStatus: sendStatus({ intake }),
    findUpload: findUpload({ intake }),
    dropUpload: dropUpload({ intake, clock }),
  }
}
