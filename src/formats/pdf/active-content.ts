/**
 * Active content: finds what a PDF would do by itself or carries along (ISO 32000-2 §12.6, §7.11.4). Walks every
 * object the file still reaches, with names decoded, so `/J#61vaScript` and object streams hide nothing.
 * Iterative and bounded.
 */
import {
  PDFArray,
  type PDFContext,
  PDFDict,
  PDFHexString,
  PDFInvalidObject,
  PDFName,
  type PDFObject,
  PDFRef,
  PDFStream,
  PDFString,
} from '@cantoo/pdf-lib'
import type { VerdictCode } from '#domain/verdict.ts'
import { addActiveNames } from './active-names.ts'
import { activeActions, activeKeys, activeTypes } from './active-table.ts'

const actions: ReadonlyMap<string, VerdictCode> = new Map([
  ...activeActions,
  ['GoTo3DView', 'PDF_ACTIVE_MEDIA'],
])

const harmless: ReadonlySet<string> = new Set([
  'GoTo',
  'GoToDp',
  'Named',
  'Hide',
  'SetOCGState',
  'Trans',
  'Thread',
])

const types: ReadonlyMap<string, VerdictCode> = new Map(activeTypes)

const keys: ReadonlyMap<string, VerdictCode> = new Map(activeKeys)

/** A document with more values than this is not walked to the end. */
export const mostValues = 5_000_000

const nameText = (value: unknown): string => (value instanceof PDFName ? value.decodeText() : '')

const isScript = (value: unknown): boolean =>
  value instanceof PDFString || value instanceof PDFHexString || value instanceof PDFStream

const hasEntries = (context: PDFContext, tree: unknown): boolean => {
  if (!(tree instanceof PDFDict)) return tree !== undefined
  const names = context.lookup(tree.get(PDFName.of('Names')))
  return tree.has(PDFName.of('Kids')) || (names instanceof PDFArray && names.size() > 0)
}

// An event may turn a page or open a link; what else it does counts as a script.
const holdsAction = (context: PDFContext, dict: unknown): boolean =>
  dict instanceof PDFDict &&
  dict.values().some((value) => {
    const action = context.lookup(value)
    const kind = action instanceof PDFDict ? nameText(context.lookup(action.get(PDFName.of('S')))) : ''
    return kind !== '' && !harmless.has(kind) && !actions.has(kind)
  })

const judgeEntry = (context: PDFContext, key: string, value: PDFObject): VerdictCode | undefined => {
  if (key === 'S') return actions.get(nameText(context.lookup(value)))
  if (key === 'Type' || key === 'Subtype') return types.get(nameText(context.lookup(value)))
  if (key === 'JS') return isScript(context.lookup(value)) ? 'PDF_ACTIVE_JS' : undefined
  if (key === 'AA') return holdsAction(context, context.lookup(value)) ? 'PDF_ACTIVE_JS' : undefined
  if (key === 'EmbeddedFiles')
    return hasEntries(context, context.lookup(value)) ? 'PDF_ATTACHMENTS' : undefined
  return keys.get(key)
}

// Another reader may make sense of what ours could not, so its bytes are looked into.
const judgeInvalid = (object: PDFInvalidObject, codes: Set<VerdictCode>): void => {
  const bytes = new Uint8Array(object.sizeInBytes())
  object.copyBytesInto(bytes, 0)
  addActiveNames(bytes, codes)
}

/** Adds what was found to `codes`; `PDF_LIMIT` when there was too much to look at. */
export const findActiveContent = (context: PDFContext, codes: Set<VerdictCode>): void => {
  const open: unknown[] = context.enumerateIndirectObjects().map(([, object]) => object)
  for (const value of Object.values(context.trailerInfo)) open.push(value)
  const seen = new Set<unknown>()
  let values = 0
  while (open.length > 0) {
    const value = open.pop()
    values += 1
    if (values > mostValues) {
      codes.add('PDF_LIMIT')
      return
    }
    if (value instanceof PDFInvalidObject) judgeInvalid(value, codes)
    const node = value instanceof PDFStream ? value.dict : value
    if (node instanceof PDFRef || !(node instanceof PDFDict || node instanceof PDFArray) || seen.has(node))
      continue
    seen.add(node)
    if (node instanceof PDFArray) {
      for (const entry of node.asArray()) open.push(entry)
      continue
    }
    for (const [name, entry] of node.entries()) {
      const code = judgeEntry(context, name.decodeText(), entry)
      if (code !== undefined) codes.add(code)
      open.push(entry)
    }
  }
  const root = context.lookup(context.trailerInfo.Root)
  if (root instanceof PDFDict && root.has(PDFName.of('Collection'))) codes.add('PDF_PORTFOLIO')
}
