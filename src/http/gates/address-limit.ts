/**
 * How often one address may try a secret. Fixed windows in a bounded map: when it is full the oldest window goes,
 * so memory is limited whatever comes. Windows are measured by a clock that nobody sets, or a step back would last. The lockout of a link in the ledger is what stops patient guessing.
 */
import { type Refusal, refuse } from '#domain/fault.ts'
import { putNewest } from '#domain/put-newest.ts'

export type LimitTerms = { readonly tries: number; readonly ms: number; readonly mostAddresses: number }

/** Thirty tries a minute, for 20,000 addresses at a time. */
export const usualLimit: LimitTerms = { tries: 30, ms: 60_000, mostAddresses: 20_000 }

/** One host: an IPv4 address, or the /64 an IPv6 host chooses its addresses from. */
export const hostOf = (address: string): string => {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right]
  return groups.slice(0, 4).join(':')
}

/** Counts a try of this address; refuses `rate.limited` with the seconds to wait. */
export const limitByAddress = (steadyMs: () => number, terms = usualLimit) => {
  const windows = new Map<string, { tries: number; readonly endsAt: number }>()
  return (address: string | undefined): Refusal | null => {
    const now = steadyMs()
    const host = hostOf(address ?? '')
    const known = windows.get(host)
    if (known !== undefined && known.endsAt > now) {
      known.tries += 1
      if (known.tries <= terms.tries) return null
      return refuse('rate.limited', { seconds: Math.ceil((known.endsAt - now) / 1_000) })
    }
    putNewest(windows, terms.mostAddresses, host, { tries: 1, endsAt: now + terms.ms })
    return null
  }
}
