/** What every adapter of `post.ts` must do: words arrive as they were, to one reader, and a no is told from a not-now. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Fault } from '#domain/fault.ts'
import type { LetterId } from '#domain/id.ts'
import type { Letter, Post } from './post.ts'

/** A letter as the other side read it: lines of the header unfolded, words decoded. */
export type Delivered = {
  readonly readers: readonly string[]
  /** Lower-case name and decoded value, in order. */
  readonly headers: readonly (readonly [string, string])[]
  readonly text: string
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly content: string }[]
}

export type PostUnderTest = {
  readonly post: Post
  /** How the other side answers from now on: takes it, not now, never, or breaks the connection. */
  readonly answer: (how: 'take' | 'later' | 'never' | 'break') => void
  readonly delivered: () => readonly Delivered[]
}

const letter = (over: Partial<Letter> = {}): Letter => ({
  id: randomUUID() as LetterId,
  to: 'sender@example.org',
  subject: 'Records',
  text: 'Hello,\n\nplease send.\n',
  ...over,
})

const valuesOf = ({ headers }: Delivered, name: string): string[] =>
  headers.filter(([found]) => found === name).map(([, value]) => value)

/** Runs the suite on a post that has delivered nothing yet. */
export const postContract = (name: string, open: () => Promise<PostUnderTest>): void => {
  describe(`post: ${name}`, () => {
    it('delivers the words as they were', async () => {
      const { post, delivered } = await open()
      const sent = letter({
        subject: 'कृपया मेडिकल रिकॉर्ड भेजें / {institution} asks you',
        text: `नमस्ते,\n\n.\nFrom here\nhttps://records.example.org/send#${'x'.repeat(400)}\nकऱ्हाड\n`,
        attachments: [
          { name: 'receipt.jws', type: 'application/jose', content: `eyJ.${'e'.repeat(300)}.sig` },
          { name: 'files.txt', type: 'text/plain', content: 'फ़ाइल\n'.repeat(50) },
        ],
      })
      expect(await post.send(sent)).toBe('sent')
      const [got] = delivered()
      expect(delivered()).toHaveLength(1)
      expect(got?.readers).toEqual([sent.to])
      expect(got?.text).toBe(sent.text)
      expect(got?.attachments).toEqual(sent.attachments)
      expect(got === undefined ? [] : valuesOf(got, 'subject')).toEqual([sent.subject])
    })

    it('has the same Message-ID for the same letter, and another for another', async () => {
      const { post, delivered } = await open()
      const first = letter()
      await post.send(first)
      await post.send(first)
      await post.send(letter())
      const ids = delivered().map((got) => valuesOf(got, 'message-id')[0])
      expect(ids[0]).toContain(first.id)
      expect(ids[1]).toBe(ids[0])
      expect(ids[2]).not.toBe(ids[0])
    })

    it.each([
      'a@example.org\r\nBcc: other@example.org',
      'a@example.org, other@example.org',
      'other@example.org <a@example.org>',
      'group: a@example.org, other@example.org;',
      '',
    ])('refuses %j, which is not one address', async (to) => {
      const { post, delivered } = await open()
      expect(await post.send(letter({ to }))).toBe('refused')
      expect(delivered()).toEqual([])
    })

    it.each([
      ['\r\nBcc: other@example.org\r\n'],
      ['\nX-Added: 1\n\nbody'],
      ['\rX-Added: 1\u2028\u0085\u0000'],
    ])('makes no header of a subject with %j', async (evil) => {
      const { post, delivered } = await open()
      expect(await post.send(letter({ subject: `Records${evil}` }))).toBe('sent')
      const [got] = delivered()
      expect(got?.readers).toEqual(['sender@example.org'])
      expect(got?.headers.map(([header]) => header)).not.toContain('bcc')
      expect(got?.headers.map(([header]) => header)).not.toContain('x-added')
      expect(got?.text).toBe(letter().text)
    })

    it.each(['later', 'break'] as const)(
      'throws when the answer is %s, and sends once it is well again',
      async (how) => {
        const { post, answer, delivered } = await open()
        answer(how)
        const thrown = await post.send(letter()).catch((error: unknown) => error)
        expect(thrown instanceof Fault && thrown.code).toBe('post.unavailable')
        expect(delivered()).toEqual([])
        answer('take')
        expect(await post.send(letter())).toBe('sent')
        expect(delivered()).toHaveLength(1)
      },
    )

    it('is refused when the answer is never', async () => {
      const { post, answer, delivered } = await open()
      answer('never')
      expect(await post.send(letter())).toBe('refused')
      expect(delivered()).toEqual([])
    })
  })
}
