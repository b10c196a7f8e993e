/**
 * Finishing: tells the gateway what will not come, and gets the signed receipt. Files that somebody else announced with
 * the same link, or this sender in an earlier form, hold it up until they arrive or are left out on purpose.
 */
import { askFor, type Conversation, jsonAsked, SendingStopped } from './conversation.ts'
import { type Finished, readFinished, readItems, type SentItem } from './replies.ts'
import type { Sending } from './send-files.ts'

/** Rounds of sending again what the gateway says it has not, after it had acknowledged it. */
const mostRounds = 3

const statusPatienceMs = 120_000

/** Where everything stands that was announced with this link. @throws SendingStopped, or the signal's reason */
export const askStatus = (conversation: Conversation): Promise<SentItem[]> =>
  askFor(conversation, { method: 'GET', path: '/api/send/status', patienceMs: statusPatienceMs }, readItems)

export type Finish =
  | { readonly kind: 'finished'; readonly finished: Finished }
  /** So many files of other announcements have not arrived. */
  | { readonly kind: 'held-up'; readonly files: number }

/**
 * `leaveRest`: what others announced and did not send is left out too. `given`: ids that were given up before, such as
 * of a file that changed and is sent as it is now.
 */
export type FinishTerms = { readonly leaveRest?: boolean; readonly given?: Iterable<string> }

/**
 * Sends what is missing and finishes.
 * @throws SendingStopped, or the signal's reason
 */
export const sendAndFinish = async (
  conversation: Conversation,
  sending: Sending,
  { leaveRest = false, given = [] }: FinishTerms = {},
): Promise<Finish> => {
  let without = new Set(given)
  for (let round = 0; ; round += 1) {
    await sending.send()
    for (const { id, leftOut } of sending.files) {
      if (id === null) continue
      if (leftOut === null) without.delete(id)
      else without.add(id)
    }
    const answer = await conversation.ask(
      jsonAsked('/api/send/finish', { without: [...without] }),
      readFinished,
    )
    if (answer.kind === 'reply') return { kind: 'finished', finished: answer.reply }
    if (!('code' in answer) || (answer.code !== 'send.incomplete' && answer.kind !== 'replan'))
      throw new SendingStopped('code' in answer ? answer.code : 'line')
    const receiving = (await askStatus(conversation)).filter(({ state }) => state === 'receiving')
    const own = new Set(sending.files.filter(({ leftOut }) => leftOut === null).map(({ id }) => id))
    const others = receiving.filter(({ id }) => !own.has(id) && !without.has(id))
    if (others.length > 0 && !leaveRest) return { kind: 'held-up', files: others.length }
    without = new Set([...without, ...others.map(({ id }) => id)])
    if (round >= mostRounds) throw new SendingStopped(answer.code)
  }
}
