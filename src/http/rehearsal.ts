/** For tests: the application on a real socket, with a receiving that records what came instead of keeping it. */
import { createHash, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type FaultCode, type Refusal, refuse } from '#domain/fault.ts'
import type {
  AnyId,
  CaseId,
  GrantId,
  ItemId,
  LinkId,
  OperatorId,
  ReaderId,
  SenderId,
  SessionId,
} from '#domain/id.ts'
import type { JournalFields } from '#ports/journal.ts'
import { noMetrics } from '#ports/metrics.ts'
import { noPages } from '#ports/pages.ts'
import { noTracing } from '#ports/tracing.ts'
import { nameInstance } from '#steps/name-instance.ts'
import type { Received, Receiving, UnplannedFile } from '#steps/receive.ts'
import { createApp, type HttpNeeds } from './app.ts'
import { createDoor } from './door.ts'
import type { SlowestRate } from './minimum-rate.ts'
import { createServer } from './server.ts'

/** A fresh id of any kind. */
export const newId = <Id extends AnyId>(): Id => randomUUID() as string as Id

/** What one receiving was told. */
export type Recorded = {
  readonly runs: { readonly item: ItemId; readonly first: number; readonly pieces: Buffer[] }[]
  readonly files: UnplannedFile[]
  /** Runs that are begun and not ended. */
  open: number
  pauses: number
  committed: boolean
  aborted: boolean
}

/** How a receiving behaves: `pauseEvery` pieces it asks for a pause, `refuses` at commit. */
export type Behaviour = { pauseEvery?: number; refuses?: FaultCode; throws?: Error }

const recordingReceiving = (recorded: Recorded, behaviour: Behaviour): Receiving => {
  let pieces = 0
  return {
    begin(item, first) {
      if (recorded.open !== 0) throw new Error('a run is open')
      recorded.open += 1
      recorded.runs.push({ item, first, pieces: [] })
    },
    push(piece) {
      if (recorded.open !== 1) throw new Error('no run is open')
      if (behaviour.throws !== undefined) throw behaviour.throws
      recorded.runs.at(-1)?.pieces.push(Buffer.from(piece))
      pieces += 1
      return behaviour.pauseEvery === undefined || pieces % behaviour.pauseEvery !== 0
    },
    end() {
      if (recorded.open !== 1) throw new Error('no run is open')
      recorded.open -= 1
      const hash = createHash('sha256')
      for (const piece of recorded.runs.at(-1)?.pieces ?? []) hash.update(piece)
      return hash.digest()
    },
    async ready() {
      recorded.pauses += 1
      await new Promise((resolve) => setTimeout(resolve, 1))
    },
    async commit(files = []): Promise<Received | Refusal> {
      if (behaviour.refuses !== undefined) return refuse(behaviour.refuses)
      recorded.committed = true
      recorded.files.push(...files)
      const bytes = recorded.runs.flatMap((run) => run.pieces).reduce((sum, piece) => sum + piece.length, 0)
      return { packs: 1, bytes, completed: recorded.runs.map((run) => run.item) }
    },
    async abort() {
      recorded.aborted = true
    },
  }
}

/** The bytes of each run that was recorded. */
export const bytesOf = (recorded: Recorded): string[] =>
  recorded.runs.map((run) => Buffer.concat(run.pieces).toString('latin1'))

export type Note = { readonly level: string; readonly event: string; readonly fields: JournalFields }

const absent = (): never => {
  throw new Error('not part of this rehearsal')
}

/** The one sender and the one case of a rehearsal; tokens are `sender`, `operator`, `reader` and `reader.case-read`. */
export const actors = {
  operator: newId<OperatorId>(),
  grant: newId<GrantId>(),
  reader: newId<ReaderId>(),
  session: {
    id: newId<SessionId>(),
    link: newId<LinkId>(),
    sender: newId<SenderId>(),
    case: newId<CaseId>(),
    intakeKey: '',
    receives: true,
    consented: true,
    endsAt: new Date(Date.now() + 86_400_000),
  },
} as const

/** Starts the application; `needs` replaces what the rehearsal would have. Close it when done. */
export const rehearse = async (
  needs: Partial<HttpNeeds> = {},
  { behaviour = {}, slowest }: { readonly behaviour?: Behaviour; readonly slowest?: SlowestRate } = {},
) => {
  const recorded: Recorded[] = []
  const notes: Note[] = []
  const all: HttpNeeds = {
    roles: new Set(['intake', 'portal']),
    publicUrl: 'https://records.example',
    journal: { note: (level, event, fields = {}) => notes.push({ level, event, fields }) },
    institution: 'A desk for trying',
    contact: 'its telephone',
    pages: noPages,
    ohifUrl: null,
    clock: { now: () => new Date() },
    ids: { next: newId },
    door: createDoor(),
    seeReady: async () => ({ ready: true, dependencies: [] }),
    isOperator: async (token) => token === 'operator',
    metrics: noMetrics,
    tracing: noTracing,
    publicKeys: { keys: () => [{ kty: 'OKP' }] },
    authorizeSender: async (token) =>
      token === 'sender' ? actors.session : refuse(token === null ? 'session.missing' : 'session.ended'),
    authorizeOperator: async (token) =>
      token === 'operator' ? actors.operator : refuse(token === null ? 'session.missing' : 'session.ended'),
    authorizeReader: async (token, of, scope) => {
      if (token === null) return refuse('token.missing')
      if (!token.startsWith('reader')) return refuse('token.invalid')
      if (of !== actors.session.case) return refuse('case.not-found')
      return token === 'reader' || token === `reader.${scope.replace(':', '-')}`
        ? { grant: actors.grant, case: of }
        : refuse('token.scope')
    },
    findCapability: async () => refuse('token.invalid'),
    authorizeCapability: async () => refuse('token.invalid'),
    authorizeReading: async (token) =>
      token === 'guest'
        ? { reader: actors.reader, case: actors.session.case, endsAt: actors.session.endsAt }
        : refuse(token === null ? 'session.missing' : 'session.ended'),
    receive: () => {
      const record: Recorded = { runs: [], files: [], open: 0, pauses: 0, committed: false, aborted: false }
      recorded.push(record)
      return recordingReceiving(record, behaviour)
    },
    nameInstance,
    exchangeLink: absent,
    introduce: absent,
    withdraw: absent,
    seeStanding: absent,
    lookAtLink: absent,
    askForLink: absent,
    matchPatients: absent,
    noteMatchAnswer: absent,
    planSend: absent,
    finishSend: absent,
    mailReceipt: absent,
    sendStatus: absent,
    findUpload: absent,
    dropUpload: absent,
    signIn: absent,
    openCase: absent,
    readCase: absent,
    readSenders: absent,
    listItems: absent,
    listQuarantine: absent,
    listDecisions: absent,
    readCompleteness: absent,
    decide: absent,
    checkAgain: absent,
    openLink: absent,
    renewLink: absent,
    revokeLink: absent,
    listLetters: absent,
    readLetter: absent,
    dropLetter: absent,
    printLink: absent,
    openGrant: absent,
    revokeGrant: absent,
    inviteReader: absent,
    inviteAgain: absent,
    endReader: absent,
    listReaders: absent,
    enterReading: absent,
    leaveReading: absent,
    askPush: absent,
    listPushes: absent,
    viewCase: absent,
    readBundle: absent,
    askCopy: absent,
    listCopies: absent,
    readCopy: absent,
    readItem: absent,
    searchCase: absent,
    searchInstances: absent,
    readInstances: absent,
    readMetadata: absent,
    readFrames: absent,
    readBulk: absent,
    readRendered: absent,
    cases: { findCase: absent, listCases: absent },
    links: { linksOf: absent, openAsks: absent },
    delivery: { grantsOf: absent },
    audit: { append: absent, entriesOf: absent },
    ...needs,
  }
  const server = createServer(createApp(all, slowest === undefined ? {} : { slowest }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    recorded,
    notes,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type Rehearsal = Awaited<ReturnType<typeof rehearse>>
