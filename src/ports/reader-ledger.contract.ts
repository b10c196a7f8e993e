/** What every adapter of `reader-ledger.ts` must do, and what ending a reader does to their grants. */
import { beforeEach, describe, expect, it } from 'vitest'
import { lockout } from '#domain/code-tries.ts'
import type { CaseId, GrantId, OperatorId, ReaderId } from '#domain/id.ts'
import { readerSession } from '#domain/reader.ts'
import {
  after,
  bytes,
  granted,
  type LedgersUnderTest,
  newId,
  noon,
  type OpenLedgers,
  openCase,
  plain,
  race,
  refusedOf,
} from './ledgers.contract.ts'
import type { NewReader } from './reader-ledger.ts'

const minute = 60
const hour = 3_600

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const readerLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`reader ledger: ${name}`, () => {
    let ledgers: LedgersUnderTest
    let of: CaseId
    beforeEach(async () => {
      ledgers = await open()
      of = await openCase(ledgers)
    })

    const invite = async (over: Partial<NewReader> = {}): Promise<NewReader> => {
      const reader = {
        id: newId<ReaderId>(),
        case: of,
        details: bytes(70),
        secretHash: bytes(),
        codeHash: bytes(60),
        expiresAt: after(24 * hour),
        by: newId<OperatorId>(),
        at: noon,
        ...over,
      }
      await ledgers.readers.invite(reader)
      return reader
    }
    const enter = async (reader: Pick<NewReader, 'id' | 'secretHash'>, at = noon): Promise<Uint8Array> => {
      const tokenHash = bytes()
      granted(await ledgers.readers.enter(reader, { tokenHash, at }))
      return tokenHash
    }
    const mint = async (reader: ReaderId, at = noon): Promise<GrantId | null> => {
      const id = newId<GrantId>()
      const scopes = ['case:read'] as const
      const opened = await ledgers.delivery.openGrant({
        id,
        case: of,
        scopes,
        expiresAt: after(600),
        by: { reader },
        at,
      })
      return opened ? id : null
    }
    const sessionRefusal = async (token: Uint8Array, at: Date) =>
      refusedOf(await ledgers.readers.session(token, at))

    it('finds a reader by id and secret together, and lists those of a case', async () => {
      const reader = await invite()
      const other = await invite({ case: await openCase(ledgers) })
      const found = await ledgers.readers.findReader(reader.id, reader.secretHash)
      expect(found).toMatchObject({ id: reader.id, case: of, state: 'invited', caseState: 'requested' })
      expect(plain(found?.codeHash ?? null)).toEqual(reader.codeHash)
      expect(await ledgers.readers.findReader(reader.id, other.secretHash)).toBeNull()
      expect(await ledgers.readers.findReader(newId<ReaderId>(), reader.secretHash)).toBeNull()
      const [listed, ...more] = await ledgers.readers.readersOf(of)
      expect(more).toEqual([])
      expect(listed).toMatchObject({ id: reader.id, enteredAt: null, invitedAt: noon })
      expect(plain(listed?.details ?? null)).toEqual(reader.details)
    })

    it('lets exactly one of many in', async () => {
      const reader = await invite()
      const { id } = reader
      const outcomes = await race(6, () => ledgers.readers.enter(reader, { tokenHash: bytes(), at: noon }))
      const refused = outcomes.map(refusedOf)
      expect(refused.filter((code) => code === null)).toHaveLength(1)
      expect(refused.filter((code) => code === 'link.used-up')).toHaveLength(5)
      expect(await ledgers.readers.readerById(id)).toMatchObject({ state: 'reading', enteredAt: noon })
    })

    it('lets nobody in after the link, the reader or the case is over', async () => {
      const late = await invite()
      expect(refusedOf(await ledgers.readers.enter(late, { tokenHash: bytes(), at: late.expiresAt }))).toBe(
        'link.expired',
      )
      expect(await ledgers.readers.end(late.id, noon)).toBe(true)
      expect(await ledgers.readers.end(late.id, noon)).toBe(false)
      expect(refusedOf(await ledgers.readers.enter(late, { tokenHash: bytes(), at: noon }))).toBe(
        'reader.ended',
      )
      const closed = await invite()
      await ledgers.cases.moveCase(of, 'withdrawn', noon)
      expect(refusedOf(await ledgers.readers.enter(closed, { tokenHash: bytes(), at: noon }))).toBe(
        'case.closed',
      )
    })

    it('counts tries before the code is known, locks, and forgets them when somebody comes in', async () => {
      const reader = await invite()
      const { id } = reader
      const left = []
      for (let nth = 0; nth < lockout.tries; nth += 1) left.push(await ledgers.readers.countTry(id, noon))
      expect(left).toEqual([4, 3, 2, 1, 0])
      expect(await ledgers.readers.countTry(id, after(minute))).toBeNull()
      const later = after(lockout.minutes * minute + 1)
      expect(await ledgers.readers.countTry(id, later)).toBe(4)
      await enter(reader, later)
      expect(await ledgers.readers.readerById(id)).toMatchObject({ lockedUntil: null })
    })

    it('ends a session that was quiet, or is old however busy', async () => {
      const reader = await invite()
      const token = await enter(reader)
      const quiet = readerSession.idleMinutes * minute
      expect(await sessionRefusal(token, after(quiet - 1))).toBeNull()
      expect(await sessionRefusal(token, after(2 * quiet))).toBe('session.ended')
      const busy = await enter(await invite())
      const last = readerSession.absoluteHours * hour
      for (let at = 0; at < last; at += quiet - 1) expect(await sessionRefusal(busy, after(at))).toBeNull()
      expect(await sessionRefusal(busy, after(last + 1))).toBe('session.ended')
      expect(await sessionRefusal(bytes(), noon)).toBe('session.ended')
    })

    it('ends session and grants with the reader, and opens no grant after it', async () => {
      const reader = await invite()
      const { id } = reader
      expect(await mint(id)).toBeNull()
      const token = await enter(reader)
      const grant = await mint(id)
      expect(grant).not.toBeNull()
      expect(await ledgers.delivery.findGrant(grant as GrantId)).toMatchObject({
        reader: id,
        revokedAt: null,
      })
      await ledgers.readers.end(id, after(5))
      expect(await ledgers.delivery.findGrant(grant as GrantId)).toMatchObject({ revokedAt: after(5) })
      expect(await sessionRefusal(token, after(6))).toBe('reader.ended')
      expect(await mint(id)).toBeNull()
    })

    it('leaves no grant alive when ending races minting', async () => {
      for (let nth = 0; nth < 5; nth += 1) {
        const reader = await invite()
        const { id } = reader
        await enter(reader)
        const [grants] = await Promise.all([race(4, () => mint(id)), ledgers.readers.end(id, after(1))])
        const minted = await Promise.all(
          grants.flatMap((grant) => (grant === null ? [] : [ledgers.delivery.findGrant(grant)])),
        )
        expect(minted.filter((grant) => grant?.revokedAt === null)).toEqual([])
      }
    })

    it('lets nobody in by a link that was replaced while its code was looked at', async () => {
      const first = await invite()
      const next = { secretHash: bytes(), codeHash: bytes(60), expiresAt: after(48 * hour), at: after(1) }
      expect(await ledgers.readers.inviteAgain(first.id, next)).toBe(true)
      const late = await ledgers.readers.enter(first, { tokenHash: bytes(), at: after(2) })
      expect(refusedOf(late)).toBe('link.invalid')
      await enter({ ...first, ...next }, after(3))
    })

    it('puts a new link in the place of the first; a reader who left needs one', async () => {
      const first = await invite()
      const token = await enter(first)
      const grant = await mint(first.id)
      const next = { secretHash: bytes(), codeHash: bytes(60), expiresAt: after(48 * hour), at: after(9) }
      expect(await ledgers.readers.inviteAgain(first.id, next)).toBe(true)
      expect(await sessionRefusal(token, after(10))).toBe('session.ended')
      expect(await ledgers.delivery.findGrant(grant as GrantId)).toMatchObject({ revokedAt: after(9) })
      expect(await ledgers.readers.findReader(first.id, first.secretHash)).toBeNull()
      const again = await enter({ ...first, ...next }, after(11))
      expect(await ledgers.readers.leave(first.id, after(12))).toBe(true)
      expect(await ledgers.readers.leave(first.id, after(12))).toBe(false)
      expect(await sessionRefusal(again, after(13))).toBe('session.ended')
      expect(await mint(first.id, after(13))).toBeNull()
      await ledgers.readers.end(first.id, after(14))
      expect(await ledgers.readers.inviteAgain(first.id, next)).toBe(false)
    })
  })
}
