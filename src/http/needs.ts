/** Everything the HTTP side uses, bound and ready. It knows steps and ports, never what is behind them. */
import type { Readiness } from '#domain/dependency.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { CaseLedger } from '#ports/case-ledger.ts'
import type { Clock, Ids } from '#ports/clock.ts'
import type { DeliveryLedger } from '#ports/delivery-ledger.ts'
import type { Journal } from '#ports/journal.ts'
import type { LinkLedger } from '#ports/link-ledger.ts'
import type { Metrics } from '#ports/metrics.ts'
import type { Pages } from '#ports/pages.ts'
import type { PublicKeys } from '#ports/tokens.ts'
import type { Tracing } from '#ports/tracing.ts'
import type { askCopy, listCopies } from '#steps/ask-copy.ts'
import type { askForLink } from '#steps/ask-for-link.ts'
import type { askPush, listPushes } from '#steps/ask-push.ts'
import type {
  authorizeCapability,
  authorizeOperator,
  authorizeReader,
  authorizeReading,
  authorizeSender,
  findCapability,
} from '#steps/authorize.ts'
import type { checkAgain, decide } from '#steps/decide.ts'
import type { enterReading, leaveReading } from '#steps/enter-reading.ts'
import type { exchangeLink } from '#steps/exchange-link.ts'
import type { finishSend, sendStatus } from '#steps/finish-send.ts'
import type { introduce, seeStanding, withdraw } from '#steps/introduce.ts'
import type { endReader, inviteAgain, inviteReader, listReaders } from '#steps/invite-reader.ts'
import type { lookAtLink } from '#steps/look-at-link.ts'
import type { mailReceipt } from '#steps/mail-receipt.ts'
import type { matchPatients, noteMatchAnswer } from '#steps/match-patients.ts'
import type { nameInstance } from '#steps/name-instance.ts'
import type { openCase } from '#steps/open-case.ts'
import type { openGrant, revokeGrant } from '#steps/open-grant.ts'
import type { openLink, renewLink, revokeLink } from '#steps/open-link.ts'
import type { planSend } from '#steps/plan-send.ts'
import type { printLink } from '#steps/print-link.ts'
import type { readBundle } from '#steps/read-bundle.ts'
import type { listDecisions, listItems, listQuarantine, readCase } from '#steps/read-case.ts'
import type { readCompleteness } from '#steps/read-completeness.ts'
import type { readCopy } from '#steps/read-copy.ts'
import type { readBulk, readFrames, readRendered } from '#steps/read-frames.ts'
import type { readInstances } from '#steps/read-instances.ts'
import type { readItem } from '#steps/read-item.ts'
import type { dropLetter, listLetters, readLetter } from '#steps/read-letters.ts'
import type { readMetadata } from '#steps/read-metadata.ts'
import type { readSenders } from '#steps/read-senders.ts'
import type { receive } from '#steps/receive.ts'
import type { dropUpload, findUpload } from '#steps/resume-upload.ts'
import type { searchCase } from '#steps/search-case.ts'
import type { searchInstances } from '#steps/search-instances.ts'
import type { signIn } from '#steps/sign-in.ts'
import type { viewCase } from '#steps/view-case.ts'
import type { Door } from './door.ts'

/** Which halves of the gateway this process serves. */
export type Role = 'intake' | 'portal'

/** What every process has. */
export type CommonNeeds = {
  readonly roles: ReadonlySet<Role>
  /** Scheme, host and port as people reach it, without a slash at the end. */
  readonly publicUrl: string
  /** How many proxies of ours stand in front; 0 takes the socket's address. */
  readonly proxies?: number
  /** Files are scanned for malware before anyone may open them; when not so, every page says it. */
  readonly scans?: boolean
  /** Who receives the records, as people know them. */
  readonly institution: string
  /** Whom a reader of a page asks. */
  readonly contact: string
  readonly pages: Pages
  readonly journal: Journal
  readonly clock: Clock
  readonly ids: Ids
  readonly publicKeys: PublicKeys
  readonly door: Door
  readonly seeReady: () => Promise<Readiness>
  /** Whether this is an operator's session: the words of readiness are for them. */
  readonly isOperator: (token: string) => Promise<boolean>
  readonly metrics: Metrics
  readonly tracing: Tracing
}

/** Used only by a process with the role `intake`. */
export type IntakeNeeds = {
  readonly authorizeSender: ReturnType<typeof authorizeSender>
  readonly exchangeLink: ReturnType<typeof exchangeLink>
  readonly introduce: ReturnType<typeof introduce>
  readonly withdraw: ReturnType<typeof withdraw>
  readonly seeStanding: ReturnType<typeof seeStanding>
  readonly lookAtLink: ReturnType<typeof lookAtLink>
  readonly askForLink: ReturnType<typeof askForLink>
  readonly matchPatients: ReturnType<typeof matchPatients>
  readonly noteMatchAnswer: ReturnType<typeof noteMatchAnswer>
  readonly planSend: ReturnType<typeof planSend>
  readonly receive: ReturnType<typeof receive>
  readonly nameInstance: typeof nameInstance
  readonly finishSend: ReturnType<typeof finishSend>
  readonly mailReceipt: ReturnType<typeof mailReceipt>
  readonly sendStatus: ReturnType<typeof sendStatus>
  readonly findUpload: ReturnType<typeof findUpload>
  readonly dropUpload: ReturnType<typeof dropUpload>
}

/** Used only by a process with the role `portal`. */
export type PortalNeeds = {
  /** The hospital's OHIF, without a slash at the end; null where there is none. */
  readonly ohifUrl: string | null
  readonly authorizeOperator: ReturnType<typeof authorizeOperator>
  readonly authorizeReader: ReturnType<typeof authorizeReader>
  readonly findCapability: ReturnType<typeof findCapability>
  readonly authorizeCapability: ReturnType<typeof authorizeCapability>
  readonly authorizeReading: ReturnType<typeof authorizeReading>
  readonly signIn: ReturnType<typeof signIn>
  readonly openCase: ReturnType<typeof openCase>
  readonly readCase: ReturnType<typeof readCase>
  readonly readSenders: ReturnType<typeof readSenders>
  readonly listItems: ReturnType<typeof listItems>
  readonly listQuarantine: ReturnType<typeof listQuarantine>
  readonly listDecisions: ReturnType<typeof listDecisions>
  readonly readCompleteness: ReturnType<typeof readCompleteness>
  readonly decide: ReturnType<typeof decide>
  readonly checkAgain: ReturnType<typeof checkAgain>
  readonly openLink: ReturnType<typeof openLink>
  readonly renewLink: ReturnType<typeof renewLink>
  readonly revokeLink: ReturnType<typeof revokeLink>
  readonly listLetters: ReturnType<typeof listLetters>
  readonly readLetter: ReturnType<typeof readLetter>
  readonly dropLetter: ReturnType<typeof dropLetter>
  readonly printLink: ReturnType<typeof printLink>
  readonly openGrant: ReturnType<typeof openGrant>
  readonly revokeGrant: ReturnType<typeof revokeGrant>
  readonly inviteReader: ReturnType<typeof inviteReader>
  readonly inviteAgain: ReturnType<typeof inviteAgain>
  readonly endReader: ReturnType<typeof endReader>
  readonly listReaders: ReturnType<typeof listReaders>
  readonly enterReading: ReturnType<typeof enterReading>
  readonly leaveReading: ReturnType<typeof leaveReading>
  readonly askPush: ReturnType<typeof askPush>
  readonly listPushes: ReturnType<typeof listPushes>
  readonly viewCase: ReturnType<typeof viewCase>
  readonly readBundle: ReturnType<typeof readBundle>
  readonly askCopy: ReturnType<typeof askCopy>
  readonly listCopies: ReturnType<typeof listCopies>
  readonly readCopy: ReturnType<typeof readCopy>
  readonly readItem: ReturnType<typeof readItem>
  readonly searchCase: ReturnType<typeof searchCase>
  readonly searchInstances: ReturnType<typeof searchInstances>
  readonly readInstances: ReturnType<typeof readInstances>
  readonly readMetadata: ReturnType<typeof readMetadata>
  readonly readFrames: ReturnType<typeof readFrames>
  readonly readBulk: ReturnType<typeof readBulk>
  readonly readRendered: ReturnType<typeof readRendered>
  readonly cases: Pick<CaseLedger, 'findCase' | 'listCases'>
  readonly links: Pick<LinkLedger, 'linksOf' | 'openAsks'>
  readonly delivery: Pick<DeliveryLedger, 'grantsOf'>
  /** Every read of records is appended before its first byte leaves. */
  readonly audit: Pick<AuditLedger, 'append' | 'entriesOf'>
}

export type HttpNeeds = CommonNeeds & IntakeNeeds & PortalNeeds
