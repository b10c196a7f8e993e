/**
 * Search case: which documents of one case hold the words somebody looks for. The words come and go in bodies only;
 * neither the audit nor a log has them. Documents are opened one after the other, and nothing is kept.
 */
import { setImmediate as giveWay } from 'node:timers/promises'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { CaseId, GrantId, ItemId } from '#domain/id.ts'
import { findWords, searchWords } from '#domain/text-search.ts'
import { unpackText } from '#formats/item-text.ts'
import type { AuditLedger } from '#ports/audit-ledger.ts'
import type { Clock } from '#ports/clock.ts'
import { type OpenDocumentsNeeds, openDocuments } from '#ports/open-documents.ts'

/** Whose grant it is searched with. */
type Reader = { readonly grant: GrantId }

export type SearchCaseNeeds = OpenDocumentsNeeds & {
  readonly audit: Pick<AuditLedger, 'append'>
  readonly clock: Clock
}

export type Found = {
  readonly items: readonly { readonly item: ItemId; readonly snippets: readonly string[] }[]
  /** True when more documents hold the words than are shown. */
  readonly more: boolean
  /** Documents of the case, and how many of them have no words that a program can read. */
  readonly documents: number
  readonly withoutText: number
}

const mostItems = 100

/** Refuses `request.invalid` for what holds no letter and no digit. */
export const searchCase =
  (needs: SearchCaseNeeds) =>
  async (of: CaseId, query: string, by: Reader): Promise<Found | Refusal> => {
    const words = searchWords(query)
    if (words.length === 0) return refuse('request.invalid')
    const items: { item: ItemId; snippets: readonly string[] }[] = []
    let [documents, withoutText, found] = [0, 0, 0]
    for await (const { item, words: kept } of openDocuments(needs, of)) {
      documents += 1
      if (kept === null) {
        withoutText += 1
        continue
      }
      const snippets = findWords(unpackText(kept), words)
      if (snippets !== null) found += 1
      if (snippets !== null && items.length < mostItems) items.push({ item, snippets })
      // A long text takes milliseconds, and others wait for this process too.
      await giveWay()
    }
    await needs.audit.append(
      {
        action: 'case.searched',
        actor: { kind: 'grant', id: by.grant },
        case: of,
        object: of,
        facts: { documents, found },
      },
      needs.clock.now(),
    )
    return { items, more: found > items.length, documents, withoutText }
  }
