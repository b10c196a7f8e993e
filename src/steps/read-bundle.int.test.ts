/** Planning a bundle: over the real ledger and a real key ring, once for all who ask at the same time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { openVaultRing, type VaultRing } from '#adapters/jose/vault-ring.ts'
import { createMemoryStore } from '#adapters/memory/object-store.ts'
import { Fault, isRefusal } from '#domain/fault.ts'
import type { CaseId, SenderId } from '#domain/id.ts'
import { factsSeal } from '#domain/seal-name.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import type { CaseKey } from '#ports/case-vault.ts'
import { admitAll, arrive, bytes, type LedgersUnderTest, newId, noon, take } from '#ports/ledgers.contract.ts'
import { readBundle } from './read-bundle.ts'

let ledger: TestLedger
let ledgers: LedgersUnderTest
let ring: VaultRing
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ring-'))
  createKeyRing(folder, noon)
  ring = openVaultRing(folder, { now: () => noon }, 'https://records.example')
  ledger = await openTestLedger()
})
beforeEach(async () => {
  ledgers = await ledger.fresh()
})
afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true })
})

type Opened = { readonly case: CaseId; readonly sender: SenderId; readonly key: CaseKey }

const openCase = async (): Promise<Opened> => {
  const id = newId<CaseId>()
  const keys = await ring.vault.create(id)
  await ledgers.cases.openCase({ id, keys, details: bytes(), at: noon })
  const sender = newId<SenderId>()
  await ledgers.cases.addSender({ id: sender, case: id, role: 'patient', details: bytes(), at: noon })
  return { case: id, sender, key: await ring.vault.open(id, keys.wrappedKey) }
}

const admit = async ({ case: of, sender, key }: Opened): Promise<void> => {
  const { pack } = await arrive(ledgers, { case: of, sender }, [10, 20])
  const { items } = await take(ledgers, pack.id)
  await admitAll(ledgers, pack.id, (n) => {
    const item = items[n]
    if (item === undefined) throw new Error('no such item')
    const facts = Buffer.from(JSON.stringify({ name: `scan-${n}.pdf` }))
    return { kind: 'pdf', sealedFacts: key.seal(facts, factsSeal(of, item.id)) }
  })
}

/** The step, and how often it read everything of a case. */
const planner = (fails = 0) => {
  let [read, left] = [0, fails]
  const delivery: typeof ledgers.delivery = {
    ...ledgers.delivery,
    content: async (id) => {
      read += 1
      left -= 1
      if (left >= 0) throw new Fault('ledger.unavailable')
      return ledgers.delivery.content(id)
    },
  }
  const maker = {
    institution: 'Hospital',
    contact: 'Desk',
    software: 'Gateway 1',
    keys: 'https://x.example/keys',
  }
  const { vault, statements } = ring
  const ask = readBundle({ delivery, vault, statements, store: createMemoryStore(), maker })
  const etag = async (of: CaseId): Promise<string> => {
    const view = await ask(of)
    if (isRefusal(view)) throw new Error(view.refused)
    return view.etag
  }
  return { ask, etag, read: () => read }
}

describe('readBundle', () => {
  it('plans once for all who ask at the same time, and for those after them', async () => {
    const opened = await openCase()
    await admit(opened)
    const { etag, read } = planner()
    const tags = await Promise.all(Array.from({ length: 5 }, () => etag(opened.case)))
    expect(new Set(tags).size).toBe(1)
    expect(await etag(opened.case)).toBe(tags[0])
    expect(read()).toBe(1)
  })

  it('plans anew what came since', async () => {
    const opened = await openCase()
    await admit(opened)
    const { etag, read } = planner()
    const before = await etag(opened.case)
    await admit(opened)
    expect(await etag(opened.case)).not.toBe(before)
    expect(read()).toBe(2)
  })

  it('plans again after a ledger that was away', async () => {
    const opened = await openCase()
    await admit(opened)
    const { etag, read } = planner(1)
    await expect(etag(opened.case)).rejects.toMatchObject({ code: 'ledger.unavailable' })
    expect(await etag(opened.case)).toMatch(/^"/)
    expect(read()).toBe(2)
  })

  it('refuses a case that nobody may read, whatever was planned before', async () => {
    const opened = await openCase()
    await admit(opened)
    const { ask, etag } = planner()
    await etag(opened.case)
    for (const state of ['ready', 'assigned', 'in_review', 'opined', 'closed'] as const)
      await ledgers.cases.moveCase(opened.case, state, noon)
    expect(await ask(opened.case)).toMatchObject({ refused: 'case.not-found' })
  })
})
