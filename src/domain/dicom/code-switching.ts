/**
 * Code switching: text of East Asian modalities changes its character set in the middle by escape sequences
 * (ISO 2022, PS3.3 §C.12.1.1.2 Table C.12-3 and C.12-4). Reads them over the decoders of the platform, which know
 * the sets but not the switching. Never throws; what cannot be read shows as U+FFFD and is told.
 */
const escape = 0x1b

/** `low` sets stand on bytes below 0x80, `high` sets above. `lead` goes before each pair. */
type CodeSet = {
  readonly half: 'low' | 'high'
  readonly label: string
  readonly pairs: boolean
  readonly lead: readonly number[]
}

const low = (label: string, pairs: boolean, lead: readonly number[] = []): CodeSet => {
  return { half: 'low', label, pairs, lead }
}
const high = (label: string): CodeSet => ({ half: 'high', label, pairs: false, lead: [] })

const plain = low('latin1', false)

const sets: ReadonlyMap<string, CodeSet> = new Map([
  ['(B', plain],
  ['(J', plain],
  ['$B', low('euc-jp', true)],
  ['$@', low('euc-jp', true)],
  ['$(D', low('euc-jp', true, [0x8f])],
  [')I', high('shift_jis')],
  ['$)C', high('euc-kr')],
  ['$)A', high('gbk')],
  ['-A', high('latin1')],
  ['-B', high('iso-8859-2')],
  ['-C', high('iso-8859-3')],
  ['-D', high('iso-8859-4')],
  ['-L', high('iso-8859-5')],
  ['-G', high('iso-8859-6')],
  ['-F', high('iso-8859-7')],
  ['-H', high('iso-8859-8')],
  ['-M', high('windows-1254')],
  ['-b', high('iso-8859-15')],
  ['-T', high('windows-874')],
])

export type SwitchedText = {
  readonly text: string
  /** An escape sequence names a set DICOM does not have; it was skipped. */
  readonly unknown: boolean
  /** Bytes that are no character of their set. */
  readonly invalid: boolean
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

const decode = (label: string, bytes: Uint8Array): string => {
  const decoder = decoders.get(label) ?? new TextDecoder(label)
  decoders.set(label, decoder)
  return decoder.decode(bytes)
}

const katakanaLead = 0x8e

// Both Japanese pair sets are the lower half of EUC-JP, which the platform reads.
const asEucJp = (run: Uint8Array, lead: readonly number[]): Uint8Array => {
  const bytes: number[] = []
  for (let at = 0; at < run.length; at += 1) {
    const byte = run[at] ?? 0
    if (byte >= 0x80) bytes.push(katakanaLead, byte)
    else if (byte <= 0x20 || byte === 0x7f) bytes.push(byte)
    else {
      at += 1
      bytes.push(...lead, byte | 0x80, (run[at] ?? 0) | 0x80)
    }
  }
  return Uint8Array.from(bytes)
}

const sequenceEnd = (bytes: Uint8Array, at: number): number => {
  let end = at + 1
  while ((bytes[end] ?? 0) >= 0x20 && (bytes[end] ?? 0) <= 0x2f) end += 1
  return Math.min(end + 1, bytes.length)
}

/** Reads `bytes`; until the first escape, those from 0x80 up are of the set `first` names to `TextDecoder`. */
export const readSwitched = (bytes: Uint8Array, first: string): SwitchedText => {
  let lower = plain
  let upper = first
  let unknown = false
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === escape) {
      const end = sequenceEnd(bytes, at)
      const set = sets.get(String.fromCharCode(...bytes.subarray(at + 1, end)))
      if (set === undefined) unknown = true
      else if (set.half === 'low') lower = set
      else upper = set.label
      at = end
      continue
    }
    const next = bytes.indexOf(escape, at)
    const run = bytes.subarray(at, next < 0 ? bytes.length : next)
    text += lower.pairs ? decode(lower.label, asEucJp(run, lower.lead)) : decode(upper, run)
    at += run.length
  }
  return { text, unknown, invalid: text.includes('\ufffd') }
}
