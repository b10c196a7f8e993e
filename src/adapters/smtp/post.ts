/**
 * The post as SMTP (RFC 5321) by nodemailer: a connection for each letter, TLS with a certificate that proves its
 * name, or nothing is sent. Only a server that may be reached in the clear (this machine, or a closed network by
 * choice) is also taken without, or with a certificate nobody vouches for.
 */
import { createTransport } from 'nodemailer'
import { Fault } from '#domain/fault.ts'
import { isMailAddress } from '#domain/letter.ts'
import type { Letter, Post } from '#ports/post.ts'

export type SmtpTerms = {
  /** `smtps://…` speaks TLS from the first byte, `smtp://…` after STARTTLS (RFC 3207). */
  readonly url: string
  /** One plain address. */
  readonly from: string
  /** The way there may be in the clear. */
  readonly plain: boolean
  /** PEM of an authority to trust besides the usual ones. */
  readonly ca?: string
  /** The longest wait for any one answer, ms. */
  readonly waitMs?: number
}

/** Commands that speak of this letter: a 5xx to another one is about us or the server. */
const aboutLetter = ['RCPT TO', 'DATA']

/** To `MAIL FROM` alone "too long" (RFC 1870 §6.1) is about the letter; any other no is to whom it comes from. */
const tooLong = 552

const defaultPort = { 'smtp:': 587, 'smtps:': 465 } as const

/** True for a final no about this letter (RFC 5321 §4.2.1). nodemailer tells code and command as properties. */
const isFinal = (error: unknown): boolean =>
  error instanceof Error &&
  'responseCode' in error &&
  typeof error.responseCode === 'number' &&
  error.responseCode >= 500 &&
  'command' in error &&
  (aboutLetter.some((command) => command === error.command) ||
    (error.command === 'MAIL FROM' && error.responseCode === tooLong))

/** What a fault may carry: nodemailer's own message quotes the server, and the server quotes the letter. */
const withoutWords = (error: unknown): Error =>
  Object.assign(new Error('smtp'), {
    code: error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ESMTP',
  })

const transportOf = ({ url: text, plain, ca, waitMs = 30_000 }: SmtpTerms) => {
  const url = new URL(text)
  const secure = url.protocol === 'smtps:'
  return createTransport({
    // URL keeps the brackets of an IPv6 address.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || defaultPort[secure ? 'smtps:' : 'smtp:'],
    secure,
    requireTLS: !plain,
    tls: { rejectUnauthorized: secure || !plain, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    pool: false,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    // A text that looks like a path or an address stays a text.
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  })
}

const messageOf = (from: string, { id, to, subject, text, attachments = [] }: Letter) => ({
  messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
  from: { name: '', address: from },
  to: { name: '', address: to },
  subject: subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '),
  text,
  // Words in Devanagari are three bytes a sign: quoted-printable would make nine of them.
  textEncoding: 'base64' as const,
  attachments: attachments.map(({ name, type, content }) => ({
    filename: name,
    contentType: type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    content,
    contentDisposition: 'attachment' as const,
  })),
  // RFC 3834 §5: no holiday reply to a machine.
  headers: { 'Auto-Submitted': 'auto-generated' },
})

/** A post at this server. Nothing is opened before the first letter, and nothing stays open after it. */
export const createSmtpPost = (terms: SmtpTerms): Post => ({
  send: async (letter) => {
    if (!isMailAddress(letter.to)) return 'refused'
    const transport = transportOf(terms)
    try {
      await transport.sendMail(messageOf(terms.from, letter))
      return 'sent'
    } catch (error) {
      if (isFinal(error)) return 'refused'
      throw new Fault('post.unavailable', { cause: withoutWords(error) })
    } finally {
      transport.close()
    }
  },
})
