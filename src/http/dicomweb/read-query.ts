/**
 * A search's query (PS3.18 §8.3.4) as a question. Attributes the index does not have are passed over and counted, so
 * that the answer can say so; one given twice, or with a value its type cannot have, is refused.
 */
import { attributeNamed, type QueryLevel, queryLevels } from '#domain/dicom-attributes.ts'
import { type DicomQuery, type Match, readWanted } from '#domain/dicom-query.ts'
import { type Refusal, refuse } from '#domain/fault.ts'
import type { QueryPair } from './query-text.ts'

/** Results of one search: a case has more instances than this only when somebody sends a whole archive. */
export const mostResults = 10_000

export type AskedQuery = {
  readonly query: DicomQuery
  /** Attributes that were asked for and are not matched. */
  readonly ignored: number
  /** Fuzzy matching was asked for, which we do not do. */
  readonly fuzzy: boolean
}

/** Words of the protocol: `accept` and `charset` are read elsewhere. */
const reserved = new Set([
  'accept',
  'charset',
  'emptyvaluematching',
  'fuzzymatching',
  'includefield',
  'limit',
  'multiplevaluematching',
  'offset',
])

const readCount = (text: string | undefined, usual: number): number | null => {
  if (text === undefined || text.trim() === '') return usual
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null
}

const malformed = (needed: string): Refusal => refuse('request.invalid', { needed })

/** Reads what `pairs` ask at a level; `study` and `series` are those of the address. */
export const readQuery = (
  pairs: readonly QueryPair[],
  level: QueryLevel,
  within: { readonly study?: string; readonly series?: string },
): AskedQuery | Refusal => {
  const words = new Map<string, string>()
  const matches: Match[] = []
  const included = new Set<string>()
  const seen = new Set<string>()
  let ignored = 0
  for (const [name, value] of pairs) {
    const word = name.toLowerCase()
    if (word === 'includefield') for (const field of value.split(',')) included.add(field.trim())
    else if (reserved.has(word)) {
      if (words.has(word)) return malformed('each parameter once')
      words.set(word, value)
    } else {
      const attribute = attributeNamed(name)
      const below = attribute !== null && queryLevels.indexOf(attribute.level) > queryLevels.indexOf(level)
      if (attribute === null || !attribute.matched || below) {
        ignored += 1
        continue
      }
      if (seen.has(attribute.key)) return malformed('each attribute once')
      seen.add(attribute.key)
      const wanted = readWanted(attribute, value)
      if (wanted === null) return malformed(`a value for ${attribute.key}`)
      if (wanted !== 'any') matches.push({ attribute, wanted })
    }
  }
  const limit = readCount(words.get('limit'), mostResults)
  const offset = readCount(words.get('offset'), 0)
  if (limit === null || offset === null) return malformed('numbers for limit and offset')
  const include = new Set([...included].flatMap((name) => attributeNamed(name)?.key ?? name.toUpperCase()))
  return {
    query: {
      ...within,
      level,
      matches,
      include: included.has('all') ? 'all' : include,
      limit: Math.min(limit, mostResults),
      offset,
    },
    ignored,
    fuzzy: words.get('fuzzymatching')?.toLowerCase() === 'true',
  }
}
