/**
 * Requests: what a sender's page asks besides sending: where a link stands, who is sending, whose the files are, what
 * became of them. Replies are looked at by hand; one that is not as the contract has it is no answer.
 */
import type {
  answerRequest,
  introduceRequest,
  lookReply,
  matchReply,
  matchRequest,
  standingReply,
} from '#contract/send.ts'
import { readLanguage } from '#domain/language.ts'
import { askFor, askOpenly, type Conversation, jsonAsked, type Patience } from './conversation.ts'
import { type Fields, isCount, isFields, isListOf, isText, type Parsed } from './replies.ts'

export type Looked = Parsed<typeof lookReply>
export type Standing = Parsed<typeof standingReply>
export type MatchAnswer = Parsed<typeof matchReply>['answers'][number]
export type AskedPatient = Parsed<typeof matchRequest>['patients'][number]
export type Introduced = Parsed<typeof introduceRequest>
export type Answered = Parsed<typeof answerRequest>

const linkStates = ['open', 'locked', 'expired', 'used-up', 'replaced', 'revoked', 'closed']
const steps = ['waiting', 'received', 'with-specialist', 'opinion-ready', 'ended']
const matches = ['same', 'variant', 'different', 'unknown']

const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)
const isTime = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value))
const isTimeOrNull = (value: unknown): value is string | null => value === null || isTime(value)
const isOneOf = (value: unknown, words: readonly string[]): boolean => isText(value) && words.includes(value)

const isCame = (value: unknown): boolean => isFields(value) && isCount(value['files']) && isCount(value['of'])

const isLooked = (value: unknown): value is Looked =>
  isFields(value) &&
  isOneOf(value['state'], linkStates) &&
  isText(value['institution']) &&
  isText(value['contact']) &&
  isText(value['role']) &&
  isText(value['language']) &&
  readLanguage(value['language']) !== null &&
  isTextOrNull(value['initials']) &&
  isTextOrNull(value['lastTwo']) &&
  isTime(value['until']) &&
  isText(value['check']) &&
  isTimeOrNull(value['lockedUntil']) &&
  isTimeOrNull(value['finishedAt']) &&
  isCame(value['arrived']) &&
  typeof value['asked'] === 'boolean'

const isConsent = (value: unknown): boolean =>
  value === null || (isFields(value) && isTime(value['givenAt']) && isTimeOrNull(value['withdrawnAt']))

const isStanding = (value: unknown): value is Standing =>
  isFields(value) &&
  (value['introduced'] === null || isFields(value['introduced'])) &&
  isConsent(value['consent']) &&
  isOneOf(value['step'], steps) &&
  isTimeOrNull(value['finishedAt']) &&
  isListOf(value['opened'], (one): one is Fields => isFields(one) && isTime(one['at']))

const readLooked = (json: unknown): Looked | null => (isLooked(json) ? json : null)
const readStanding = (json: unknown): Standing | null => (isStanding(json) ? json : null)

const readMatches =
  (wanted: number) =>
  (json: unknown): MatchAnswer[] | null => {
    const answers = isFields(json) ? json['answers'] : null
    const isMatch = (one: unknown): one is MatchAnswer => isOneOf(one, matches)
    return isListOf(answers, isMatch) && answers.length === wanted ? answers : null
  }

/** Any reply of the gateway's own, also an empty one. */
const done = (): true => true

/** Where a link stands; spends nothing. Every one of these @throws SendingStopped, or the signal's reason. */
export const lookAt = (patience: Patience, link: string): Promise<Looked> =>
  askOpenly(patience, jsonAsked('/api/send/look', { link }), readLooked)

/** Asks the desk for a new link in this one's place. */
export const askForLink = (patience: Patience, link: string): Promise<true> =>
  askOpenly(patience, jsonAsked('/api/send/ask-link', { link }), done)

export const introduce = (conversation: Conversation, introduced: Introduced): Promise<true> =>
  askFor(conversation, jsonAsked('/api/send/introduce', introduced), done)

export const withdraw = (conversation: Conversation): Promise<true> =>
  askFor(conversation, jsonAsked('/api/send/withdraw', {}), done)

export const askStanding = (conversation: Conversation): Promise<Standing> =>
  askFor(conversation, { method: 'GET', path: '/api/send/standing', patienceMs: 60_000 }, readStanding)

/** Whether these are the case's patient, in their order; at most 20 at once. */
export const askMatch = (
  conversation: Conversation,
  link: string,
  patients: readonly AskedPatient[],
): Promise<MatchAnswer[]> =>
  askFor(
    conversation,
    // Few are answered a link, and waiting makes them no more.
    { ...jsonAsked('/api/send/match', { link, patients }), final: ['rate.limited'] },
    readMatches(patients.length),
  )

export const tellAnswer = (conversation: Conversation, answered: Answered): Promise<true> =>
  askFor(conversation, jsonAsked('/api/send/answer', answered), done)

export const mailReceipt = (conversation: Conversation): Promise<true> =>
  askFor(conversation, jsonAsked('/api/send/mail-receipt', {}), done)
