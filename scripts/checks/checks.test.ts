/** The doctor's judgement on facts that a healthy machine cannot be brought to. */
import { describe, expect, it } from 'vitest'
import type { RingFacts } from '#adapters/jose/ring-facts.ts'
import type { PostgresFacts } from '#adapters/postgres/facts.ts'
import { type Check, checkSkew } from './check.ts'
import { checkKeys } from './keys.ts'
import { checkLedger, judgeScanner } from './stores.ts'

const marks = (checks: readonly Check[], mark: Check['mark']): string[] =>
  checks.filter((check) => check.mark === mark).map(({ what, todo }) => `${what}: ${todo ?? ''}`)

describe('clocks', () => {
  it('two seconds are worth a word, a minute is a failure', () => {
    expect([0, 2_000, -2_100, 60_000, -61_000].map((ms) => checkSkew('PostgreSQL', ms).mark)).toEqual([
      'ok',
      'ok',
      'warn',
      'warn',
      'FAIL',
    ])
    expect(checkSkew('Redis', -61_000).what).toBe('clock: Redis is 61.0 s behind this machine')
  })
})

describe('ledger', () => {
  const facts: PostgresFacts = {
    version: 18,
    fsync: 'on',
    synchronousCommit: 'on',
    fullPageWrites: 'on',
    skewMs: 10,
    connections: { used: 5, most: 100 },
    migration: '0002-b',
    wanted: '0002-b',
    queue: true,
  }
  const failures = (over: Partial<PostgresFacts>): string[] =>
    marks(checkLedger({ ...facts, ...over }, true), 'FAIL')

  it('one that may lose what it committed fails', () => {
    expect(marks(checkLedger(facts, true), 'ok')).toHaveLength(6)
    expect(failures({ fsync: 'off', fullPageWrites: 'off' })).toEqual([
      'ledger: fsync and full_page_writes is not on: switch it on in PostgreSQL: a power cut would lose what was acknowledged',
    ])
    for (const synchronousCommit of ['off', 'local'])
      expect(failures({ synchronousCommit })).toEqual([
        expect.stringContaining('synchronous_commit is not on'),
      ])
    expect(failures({ synchronousCommit: 'remote_apply' })).toEqual([])
  })

  it('says whether the program or the tables are behind', () => {
    expect(failures({ migration: null })).toEqual([
      expect.stringMatching(/as of nothing, .*: run `node src\/set-up.ts`/),
    ])
    expect(failures({ migration: '0009-z' })).toEqual([expect.stringContaining('run the newer version')])
    expect(failures({ queue: false })).toEqual([expect.stringContaining('queue: it has no tables')])
    expect(failures({ version: 14 })).toEqual([expect.stringContaining('use PostgreSQL 15 or newer')])
  })

  it('warns before connections run out', () => {
    expect(marks(checkLedger({ ...facts, connections: { used: 80, most: 100 } }, true), 'warn')).toEqual([
      expect.stringContaining('raise max_connections'),
    ])
  })
})

describe('keys', () => {
  const now = new Date('2026-11-02T12:00:00Z')
  const ring: RingFacts = {
    edge: { present: true, problem: null },
    vault: { present: true, problem: null },
    masterKeys: 1,
    signing: [{ purpose: 'access', since: new Date('2026-10-01T00:00:00Z') }],
    owner: 1_000,
  }
  const check = (
    over: Partial<RingFacts>,
    roles: readonly ('intake' | 'portal' | 'worker')[] = ['intake', 'portal'],
  ) => checkKeys({ ...ring, ...over }, new Set(roles), 1_000, now)

  it('an edge needs no vault, and the others do', () => {
    const vault = { present: false, problem: 'key ring: vault has no master key' }
    expect(marks(check({ vault }, ['intake']), 'FAIL')).toEqual([])
    expect(marks(check({ vault }, ['portal']), 'FAIL')).toEqual([
      expect.stringContaining('put the key ring back'),
    ])
    expect(marks(check({ vault: { ...vault, present: true } }, ['intake']), 'FAIL')).toHaveLength(1)
  })

  it('tells of an old key, of another owner, and of no ring', () => {
    const signing = [{ purpose: 'link', since: new Date('2025-01-01T00:00:00Z') }] as const
    expect(marks(check({ signing }), 'warn')).toEqual([expect.stringContaining('./scripts/keys rotate link')])
    expect(marks(check({ owner: 0 }), 'warn')).toEqual([
      expect.stringContaining('account 0, this runs as 1000'),
    ])
    expect(marks(check({ owner: null }), 'FAIL')).toHaveLength(1)
  })
})

describe('scanner', () => {
  const now = new Date('2026-11-23T00:00:00Z')
  const daysAgo = (days: number) => ({
    version: 'ClamAV 1.4.6',
    signaturesFrom: new Date(now.getTime() - days * 86_400_000),
  })

  it('with signatures older than a week, or of no known day, is worth a word', () => {
    expect(judgeScanner(daysAgo(0), now).mark).toBe('ok')
    expect(judgeScanner(daysAgo(7), now).mark).toBe('ok')
    expect(judgeScanner(daysAgo(8), now)).toMatchObject({
      mark: 'warn',
      what: 'scanner: ClamAV 1.4.6 answers, its signatures are 8 days old',
    })
    expect(judgeScanner({ version: 'ClamAV 1.4.6', signaturesFrom: null }, now).mark).toBe('warn')
  })
})
