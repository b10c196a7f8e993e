/** What every adapter of `audit-ledger.ts` must do. What an intruder changes behind it, the adapter's test tries. */
import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '#domain/audit.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { CaseId, OperatorId } from '#domain/id.ts'
import type { AuditLedger } from './audit-ledger.ts'
import { after, newId, noon, type OpenLedgers, plain, race } from './ledgers.contract.ts'

/** An event of this case; every field filled. */
export const newEvent = (of: CaseId, n = 0): AuditEvent => ({
  action: 'case.opened',
  actor: { kind: 'operator', id: newId<OperatorId>() },
  case: of,
  object: of,
  facts: { n, codes: 'EMPTY_FILE' },
})

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const auditLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`audit ledger: ${name}`, () => {
    let audit: AuditLedger
    const id = newId<CaseId>()
    beforeEach(async () => {
      ;({ audit } = await open())
    })

    it('holds while it is empty', async () => {
      expect(await audit.verify()).toBeNull()
      expect(await audit.entriesOf(id)).toEqual([])
    })

    it('gives back the events of a case as they were, oldest first', async () => {
      const events: AuditEvent[] = [
        newEvent(id, 1),
        { action: 'pack.quarantined', actor: { kind: 'worker' }, case: id, object: null, facts: {} },
        {
          action: 'link.refused',
          actor: { kind: 'anyone' },
          case: id,
          object: id,
          facts: { code: 'x', a: 0.5 },
        },
      ]
      for (const [n, event] of events.entries()) {
        await audit.append(event, after(n))
        await audit.append({ ...event, case: null }, noon)
        await audit.append({ ...event, case: newId<CaseId>() }, noon)
      }
      const entries = await audit.entriesOf(id)
      expect(entries).toMatchObject(events)
      expect(entries.map((entry) => entry.at)).toEqual(events.map((_, n) => after(n)))
      expect(entries.map((entry) => entry.seq)).toEqual([1, 4, 7])
      expect(await audit.verify()).toBeNull()
    })

    it('chains by SHA-256 over the hash before and the canonical text of the entry', async () => {
      let previous: Uint8Array = new Uint8Array(32)
      for (let n = 0; n < 3; n++) await audit.append(newEvent(id, n), after(n))
      for (const entry of await audit.entriesOf(id)) {
        const text = canonicalJson({
          seq: entry.seq,
          at: entry.at.toISOString(),
          action: entry.action,
          actor: canonicalJson(entry.actor),
          case: entry.case,
          object: entry.object,
          facts: canonicalJson(entry.facts),
        })
        const hash = createHash('sha256').update(previous).update(text).digest()
        expect(plain(entry.hash)).toEqual(plain(hash))
        previous = hash
      }
    })

    it('takes turns: many appended at once are one chain without a gap', async () => {
      await race(100, (n) => audit.append(newEvent(id, n), after(n)))
      expect(await audit.verify()).toBeNull()
      const entries = await audit.entriesOf(id)
      expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
      expect(new Set(entries.map((entry) => entry.facts['n'])).size).toBe(100)
    })
  })
}
