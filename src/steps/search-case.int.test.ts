/** Searching a case: over the real ledger and a real key ring, from admission's row to the snippet. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createKeyRing } from '#adapters/jose/key-ring.ts'
import { openVaultRing } from '#adapters/jose/vault-ring.ts'
import type { AuditEvent } from '#domain/audit.ts'
import { isRefusal } from '#domain/fault.ts'
import type { CaseId, GrantId, SenderId } from '#domain/id.ts'
import { textSeal } from '#domain/seal-name.ts'
import type { VerdictCode } from '#domain/verdict.ts'
import { openTestLedger, type TestLedger } from '#fixtures/ledger.ts'
import { packText } from '#formats/item-text.ts'
import type { CaseKey, CaseVault } from '#ports/case-vault.ts'
import { admitAll, arrive, bytes, type LedgersUnderTest, newId, noon, take } from '#ports/ledgers.contract.ts'
import { searchCase } from './search-case.ts'

const clock = { now: () => noon }
const grant = newId<GrantId>()

let ledger: TestLedger
let ledgers: LedgersUnderTest
let vault: CaseVault
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ring-'))
  createKeyRing(folder, noon)
  vault = openVaultRing(folder, clock, 'https://records.example').vault
  ledger = await openTestLedger()
})
beforeEach(async () => {
  ledgers = await ledger.fresh()
})
afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true })
})

const openCase = async () => {
  const id = newId<CaseId>()
  const keys = await vault.create(id)
  await ledgers.cases.openCase({ id, keys, details: bytes(), at: noon })
  const sender = newId<SenderId>()
  await ledgers.cases.addSender({ id: sender, case: id, role: 'patient', details: bytes(), at: noon })
  return { case: id, sender, key: await vault.open(id, keys.wrappedKey) }
}

type Opened = { readonly case: CaseId; readonly sender: SenderId; readonly key: CaseKey }

/** Documents with these words; null is a scan. */
const admit = async (opened: Opened, texts: readonly (string | null)[], codes: VerdictCode[] = []) => {
  const { pack } = await arrive(
    ledgers,
    { case: opened.case, sender: opened.sender },
    texts.map(() => 10),
  )
  const { items } = await take(ledgers, pack.id)
  await admitAll(ledgers, pack.id, (n) => {
    const [text, item] = [texts[n], items[n]]
    if (item === undefined) throw new Error('no such item')
    return {
      kind: 'pdf',
      codes,
      ...(text == null
        ? {}
        : { sealedText: opened.key.seal(packText(text), textSeal(opened.case, item.id)) }),
    }
  })
  return items.map(({ id }) => id)
}

const search = async (of: CaseId, query: string) => {
  const events: AuditEvent[] = []
  const audit = { append: async (event: AuditEvent) => void events.push(event) }
  const found = await searchCase({ delivery: ledgers.delivery, vault, audit, clock })(of, query, { grant })
  return { found, events }
}

describe('searchCase', () => {
  it('finds documents of this case alone, and says how many only a person can read', async () => {
    const [mine, other] = [await openCase(), await openCase()]
    const [first, , third] = await admit(mine, [
      'A nodule\nin the lower lobe',
      'Nothing',
      'NODULE, smooth',
      null,
    ])
    await admit(other, ['nodule'])
    const { found } = await search(mine.case, 'nodule')
    expect(found).toMatchObject({ more: false, documents: 4, withoutText: 1 })
    if (isRefusal(found)) throw new Error('refused')
    expect(new Map(found.items.map(({ item, snippets }) => [item, snippets]))).toEqual(
      new Map([
        [first, ['A nodule in the lower lobe']],
        [third, ['NODULE, smooth']],
      ]),
    )
  })

  it('leaves no word in the audit', async () => {
    const mine = await openCase()
    await admit(mine, ['a nodule'])
    const { events } = await search(mine.case, 'nodule')
    expect(events).toEqual([
      {
        action: 'case.searched',
        actor: { kind: 'grant', id: grant },
        case: mine.case,
        object: mine.case,
        facts: { documents: 1, found: 1 },
      },
    ])
  })

  it('goes through more documents than one page of the ledger, and shows a hundred', async () => {
    const mine = await openCase()
    await admit(
      mine,
      Array.from({ length: 120 }, (_, n) => `report ${n}`),
    )
    const { found } = await search(mine.case, 'report')
    if (isRefusal(found)) throw new Error('refused')
    expect(found).toMatchObject({ more: true, documents: 120 })
    expect(new Set(found.items.map(({ item }) => item)).size).toBe(100)
  })

  it('keeps no words of what was rejected, and forgets them with what is discarded', async () => {
    const mine = await openCase()
    await admit(mine, ['nodule'], ['PDF_UNREADABLE'])
    expect(await ledger.sql('select from item_texts')).toEqual([])
    const [waiting] = await admit(mine, ['nodule'], ['PDF_ACTIVE_JS'])
    expect(await ledger.sql('select from item_texts')).toHaveLength(1)
    expect((await search(mine.case, 'nodule')).found).toMatchObject({ items: [], documents: 0 })
    await ledgers.decisions.decide({
      case: mine.case,
      item: waiting ?? newId(),
      by: newId(),
      act: 'discard',
      reason: 'unsafe',
      sealedNote: null,
      at: noon,
    })
    expect(await ledger.sql('select from item_texts')).toEqual([])
  })

  it('refuses what holds nothing to look for', async () => {
    const mine = await openCase()
    expect((await search(mine.case, ' -- ')).found).toMatchObject({ refused: 'request.invalid' })
  })

  it('does not open words that were moved to another item', async () => {
    const mine = await openCase()
    await admit(mine, ['one', 'two'])
    await ledger.sql(`update item_texts set sealed_text = (select sealed_text from item_texts limit 1)`)
    await expect(search(mine.case, 'one')).rejects.toMatchObject({ code: 'store.damaged' })
  })
})
