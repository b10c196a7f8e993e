/**
 * Page count: counts the leaves of the page tree (ISO 32000-2 §7.7.3) without building pages. A loop or a shared
 * branch is walked once, so a hostile tree ends.
 */
import { PDFArray, PDFDict, type PDFDocument, PDFName, PDFRef } from '@cantoo/pdf-lib'

const kidsName = PDFName.of('Kids')

/** Pages of the document; 0 when it has no page tree. */
export const countPages = (document: PDFDocument): number => {
  const { context } = document
  const seen = new Set<unknown>()
  const open: unknown[] = [document.catalog.get(PDFName.of('Pages'))]
  let pages = 0
  while (open.length > 0) {
    const entry = open.pop()
    const key = entry instanceof PDFRef ? entry.tag : entry
    if (seen.has(key)) continue
    seen.add(key)
    const node = entry instanceof PDFRef ? context.lookup(entry) : entry
    if (!(node instanceof PDFDict)) continue
    const kids = context.lookup(node.get(kidsName))
    if (kids instanceof PDFArray) for (const kid of kids.asArray()) open.push(kid)
    else pages += 1
  }
  return pages
}
