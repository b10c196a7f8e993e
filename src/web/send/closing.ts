/**
 * Closing: everything has arrived. The receipt is proved against the files here, verdicts are waited for, and later the
 * page tells where the case is.
 */
import { receiptNumber } from '#domain/receipt-number.ts'
import type { Conversation } from '#sending/conversation.ts'
import { askStatus } from '#sending/finish.ts'
import { webSha256 } from '#sending/part-body.ts'
import { rest } from '#sending/pause.ts'
import { checkReceipt } from '#sending/receipt.ts'
import type { Finished, SentItem } from '#sending/replies.ts'
import { askStanding, mailReceipt } from '#sending/requests.ts'
import type { SentFile } from '#sending/send-files.ts'
import { payloadOf } from '#sending/signature.ts'
import { waitForVerdicts } from '#sending/verdicts.ts'
import { checkedOf, standingView } from './as-told.ts'
import type { ReceiptKind } from './found-files.ts'
import { digestLines } from './receipt-files.ts'
import type { Stage } from './stage.ts'
import type { ReceiptView, SendingProblem, Standing } from './told.ts'

export type ClosingTerms = {
  readonly finished: Finished
  readonly tracks: readonly SentFile[]
  readonly leftOut: readonly SendingProblem[]
  /** Of the files of this page, by path; of others nothing is known here. */
  readonly kinds: ReadonlyMap<string, ReceiptKind>
}

export type Closing = {
  /** Waits for verdicts, shows the receipt, and tells how the case stands for as long as it is looked at. */
  close(terms: ClosingTerms): Promise<void>
  mail(): Promise<void>
  saveReceipt(): boolean
  saveDigests(): void
  show(): void
}

const standingMs = 60_000

const countsOf = (
  tracks: readonly SentFile[],
  items: readonly SentItem[],
  kinds: ClosingTerms['kinds'],
): ReceiptView['counts'] => {
  const counts = { images: 0, documents: 0, others: 0 }
  const known = new Map(tracks.map((track) => [track.id, track]))
  for (const { id, from, state } of items) {
    if (from !== null || state === 'discarded') continue
    const track = known.get(id)
    counts[kinds.get(track?.file.path ?? '') ?? 'others'] += 1
  }
  return counts
}

export const openClosing = (stage: Stage): Closing => {
  const { save } = stage.needs
  let terms: ClosingTerms | null = null
  let view: ReceiptView | null = null
  let standing: Standing | null = null

  const show = (): void => {
    if (view !== null) stage.show({ at: 'receipt', asked: stage.asked(), receipt: view, standing })
  }
  const isShown = (): boolean => stage.page().at === 'receipt'
  const setMail = (mail: ReceiptView['mail']): void => {
    if (view !== null) view = { ...view, mail }
    if (isShown()) show()
  }

  const prove = async (conversation: Conversation, of: ClosingTerms): Promise<boolean | null> => {
    const known = of.tracks.filter(({ leftOut }) => leftOut === null)
    const { signed, differing } = await checkReceipt(conversation, of.finished.receipt, known, webSha256)
    if (signed === false || differing.length > 0) return false
    return signed === null || known.length === 0 ? null : true
  }

  /** Asks again from time to time, as long as somebody looks. */
  const follow = async (conversation: Conversation, of: ClosingTerms, signal: AbortSignal): Promise<void> => {
    for (;;) {
      await rest(standingMs, signal)
      if (terms !== of) return
      if (!isShown()) continue
      standing = standingView(await askStanding(conversation))
      if (isShown()) show()
    }
  }

  return {
    show,
    close: async (of) => {
      terms = of
      const { finished, tracks, leftOut, kinds } = of
      const names = new Map(tracks.map(({ id, told }) => [id ?? '', told]))
      const nameOf = (id: string): string | null => names.get(id) ?? null
      stage.show({ at: 'checking', asked: stage.asked(), files: [], waiting: finished.items })
      const conversation = await stage.converse()
      const proved = prove(conversation, of)
      proved.catch(() => {})
      const all = await askStatus(conversation)
      const show = (items: readonly SentItem[], waiting: number): void =>
        stage.show({ at: 'checking', asked: stage.asked(), files: checkedOf(items, nameOf), waiting })
      const { signal } = new AbortController()
      const { items } = await waitForVerdicts(conversation, {
        ids: new Set(all.map(({ id }) => id)),
        giveUpMs: Number.POSITIVE_INFINITY,
        signal,
        onChange: (waiting, _, now) => show(now, waiting),
      })
      const told = await askStanding(conversation)
      const at = payloadOf(finished.receipt)['at']
      standing = standingView(told)
      view = {
        number: await receiptNumber(finished.receipt),
        at: new Date(typeof at === 'string' ? at : Date.now()),
        files: finished.items,
        bytes: finished.bytes,
        counts: countsOf(tracks, items, kinds),
        notTaken: checkedOf(items, nameOf).filter(
          (file) => file.standing === 'held' || file.standing === 'refused',
        ),
        leftOut,
        holds: await proved,
        mail: told.introduced?.mail === true ? 'may' : 'no-address',
      }
      if (terms !== of) return
      stage.show({ at: 'receipt', asked: stage.asked(), receipt: view, standing })
      follow(conversation, of, signal).catch(() => {})
    },
    mail: async () => {
      setMail('sending')
      try {
        await mailReceipt(await stage.converse())
        setMail('sent')
      } catch {
        setMail('failed')
      }
    },
    saveReceipt: () => {
      if (terms === null) return false
      save('second-read-receipt.jws', `${terms.finished.receipt}\n`)
      return true
    },
    saveDigests: () => {
      if (terms !== null) save('second-read-sha256.txt', digestLines(terms.finished.receipt, terms.tracks))
    },
  }
}
