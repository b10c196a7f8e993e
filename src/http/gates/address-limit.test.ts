/** Counting tries by host: the window, the bound on memory, and what is one host. */
import { describe, expect, it } from 'vitest'
import { hostOf, limitByAddress } from './address-limit.ts'

describe('limitByAddress', () => {
  it('refuses beyond the limit, with the seconds left, until the window is over', () => {
    let now = 1_000
    const limit = limitByAddress(() => now, { tries: 2, ms: 60_000, mostAddresses: 10 })
    expect([limit('a'), limit('a')]).toEqual([null, null])
    now += 20_000
    expect(limit('a')).toEqual({ refused: 'rate.limited', facts: { seconds: 40 } })
    expect(limit('b')).toBeNull()
    now += 40_000
    expect(limit('a')).toBeNull()
  })

  it('forgets the oldest address when there are too many', () => {
    const limit = limitByAddress(() => 0, { tries: 1, ms: 60_000, mostAddresses: 2 })
    expect([limit('a'), limit('b'), limit('c')]).toEqual([null, null, null])
    expect(limit('c')).toMatchObject({ refused: 'rate.limited' })
    expect(limit('a')).toBeNull()
  })
})

describe('hostOf', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('%s', (address, host) => {
    expect(hostOf(address)).toBe(host)
  })
})
