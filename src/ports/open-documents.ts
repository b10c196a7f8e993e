/** The documents of a case with their words opened, a page of them in memory at a time. */
import type { CaseId, ItemId } from '#domain/id.ts'
import { textSeal } from '#domain/seal-name.ts'
import type { CaseKey, CaseVault } from './case-vault.ts'
import type { DeliveryLedger } from './delivery-ledger.ts'

export type OpenedDocument = {
  readonly item: ItemId
  /** Its words as they are kept; null where a program can read none. */
  readonly words: Uint8Array | null
}

export type OpenDocumentsNeeds = {
  readonly delivery: Pick<DeliveryLedger, 'documents'>
  readonly vault: CaseVault
}

const atOnce = 50

/** None when the case or its key is gone. @throws `store.damaged` */
export async function* openDocuments(
  { delivery, vault }: OpenDocumentsNeeds,
  of: CaseId,
): AsyncGenerator<OpenedDocument> {
  let key: CaseKey | null = null
  for (let after: ItemId | null = null; ; ) {
    const page = await delivery.documents(of, after, atOnce)
    if (page === null) return
    key ??= await vault.open(of, page.wrappedKey)
    for (const { item, sealedText } of page.documents)
      yield { item, words: sealedText === null ? null : key.unseal(sealedText, textSeal(of, item)) }
    after = page.documents.at(-1)?.item ?? null
    if (after === null || page.documents.length < atOnce) return
  }
}
