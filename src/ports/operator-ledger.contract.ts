/** What every adapter of `operator-ledger.ts` must do. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { OperatorId } from '#domain/id.ts'
import { after, bytes, newId, noon, type OpenLedgers, race } from './ledgers.contract.ts'
import type { OperatorLedger } from './operator-ledger.ts'

/** Runs the suite on ledgers from `open`, which are empty at the start of every test. */
export const operatorLedgerContract = (name: string, open: OpenLedgers): void => {
  describe(`operator ledger: ${name}`, () => {
    let operators: OperatorLedger
    beforeEach(async () => {
      ;({ operators } = await open())
    })

    const newOperator = (at = noon) => ({
      id: newId<OperatorId>(),
      tokenHash: bytes(),
      expiresAt: after(100),
      at,
    })

    it('needs a code while none waits and nobody is signed in', async () => {
      expect(await operators.needsCode(noon)).toBe(true)
      const code = bytes()
      await operators.addCode(code, after(10), noon)
      expect(await operators.needsCode(after(9))).toBe(false)
      await operators.signIn(code, newOperator())
      expect(await operators.needsCode(after(99))).toBe(false)
      expect(await operators.needsCode(after(101))).toBe(true)
    })

    it('signs in with a code once, whatever races', async () => {
      const code = bytes()
      await operators.addCode(code, after(10), noon)
      const asked = Array.from({ length: 20 }, () => newOperator())
      const outcomes = await Promise.all(asked.map((session) => operators.signIn(code, session)))
      const winners = outcomes.filter((id) => id !== null)
      expect(winners).toHaveLength(1)
      for (const [index, session] of asked.entries())
        expect(await operators.session(session.tokenHash, noon)).toBe(outcomes[index])
      expect(winners).toEqual(asked.filter((_, index) => outcomes[index] !== null).map(({ id }) => id))
    })

    it('does not sign in with a code that is wrong, spent or over', async () => {
      const code = bytes()
      await operators.addCode(code, after(10), noon)
      const late = newOperator(after(10))
      expect(await operators.signIn(bytes(), newOperator())).toBeNull()
      expect(await operators.signIn(code, late)).toBeNull()
      expect(await operators.session(late.tokenHash, noon)).toBeNull()
      expect(await operators.signIn(code, newOperator(after(9)))).not.toBeNull()
      expect(await operators.signIn(code, newOperator(after(9)))).toBeNull()
    })

    it('knows a session by its token until it expires', async () => {
      const code = bytes()
      await operators.addCode(code, after(10), noon)
      const session = newOperator()
      expect(await operators.signIn(code, session)).toBe(session.id)
      expect(await operators.session(session.tokenHash, after(99))).toBe(session.id)
      expect(await operators.session(session.tokenHash, after(100))).toBeNull()
      expect(await operators.session(bytes(), noon)).toBeNull()
    })

    it('keeps codes apart', async () => {
      const codes = [bytes(), bytes()]
      for (const code of codes) await operators.addCode(code, after(10), noon)
      const ids = await race(2, (index) => operators.signIn(codes[index] ?? bytes(), newOperator()))
      expect(new Set(ids).size).toBe(2)
      expect(ids).not.toContain(null)
    })
  })
}
