/** Searching the documents of a case: what was looked for stands in no address, and in no audit. */
import { isRefusal } from '#domain/fault.ts'
import type { PortalNeeds } from '#http/needs.ts'
import type { Handler } from '#http/route.ts'

/** `POST /api/cases/{case}/search`. */
export const searchRecords =
  (needs: Pick<PortalNeeds, 'searchCase'>): Handler<'search'> =>
  async ({ body, bearer }) => {
    const found = await needs.searchCase(bearer.case, body.text, bearer)
    if (isRefusal(found)) return found
    return { ...found, items: found.items.map(({ item, snippets }) => ({ item, snippets: [...snippets] })) }
  }
