/**
 * What clamd says, in our words. One reply alone means clean; what is not plainly one of the others is no answer,
 * because a file is accepted on the strength of this.
 */
import type { ScannerFacts, ScanVerdict } from '#ports/scanner.ts'

const mostNameLength = 120

/** The name of a signature as plain letters: whoever wrote it is not us. */
const plainName = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9._:/@()+-]/g, '_').slice(0, mostNameLength)

/**
 * The verdict of an INSTREAM reply, without the zero at its end; null when it is no answer. Encrypted and
 * oversized content is only told apart from clean with `AlertEncrypted` and `AlertExceedsMax` in its settings.
 */
export const verdictOf = (reply: string): ScanVerdict | null => {
  if (reply === 'stream: OK') return 'clean'
  // It closed its ear before the end of the stream: StreamMaxLength.
  if (reply === 'INSTREAM size limit exceeded. ERROR') return 'limit'
  const name = /^stream: (\S.*) FOUND$/s.exec(reply)?.[1]
  if (name === undefined) return null
  if (name.startsWith('Heuristics.Encrypted.')) return 'password'
  if (name.startsWith('Heuristics.Limits.')) return 'limit'
  return { found: plainName(name) }
}

/** Facts from a VERSION reply: `ClamAV 1.4.3/27645/Tue May 27 08:29:31 2025`; null when it is none. */
export const factsOf = (reply: string): ScannerFacts | null => {
  const [, version, made] = /^(ClamAV [\w.+~-]{1,40})(?:\/\d+\/(.{1,40}))?$/.exec(reply) ?? []
  if (version === undefined) return null
  // It is written in the zone of clamd's machine, which it does not name; a day more or less is no matter.
  const at = made === undefined ? Number.NaN : Date.parse(`${made} UTC`)
  return { version, signaturesFrom: Number.isNaN(at) ? null : new Date(at) }
}
