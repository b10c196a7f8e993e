/**
 * Post: hands one letter to the world's mail. Where there is none, nobody has a post: letters then stay with the desk.
 *
 * Contract: `sent` when the other side has taken the letter for good, `refused` when it never will (a 5xx about this
 * letter or its reader, or an address that is none). Anything else, also what is wrong with the way there (network,
 * TLS, our own password), throws `post.unavailable`. Plain text in UTF-8 alone. Nothing in a letter becomes a header
 * line of its own, another reader, a file or an address to fetch. The same `id` has the same Message-ID, so that a
 * letter that had to be sent twice can be known as one. Nothing of a letter reaches a log.
 */
import type { LetterId } from '#domain/id.ts'

export type LetterAttachment = {
  /** ASCII, made by us. */
  readonly name: string
  readonly type: 'application/jose' | 'text/plain'
  readonly content: string
}

export type Letter = {
  readonly id: LetterId
  /** One plain address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly attachments?: readonly LetterAttachment[]
}

export type Post = {
  send(letter: Letter): Promise<'sent' | 'refused'>
}
