/**
 * The query of an address, read once and exactly: a name may stand without a value, and what is no UTF-8 is an error,
 * not a question mark. A plus is a space, as forms write it and most clients do.
 */

export type QueryPair = readonly [name: string, value: string]

const longestQuery = 8_192

const decode = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/** The pairs of the query of `url` in order; null when it is malformed or too long. */
export const readQueryText = (url: string): readonly QueryPair[] | null => {
  const at = url.indexOf('?')
  const text = at < 0 ? '' : url.slice(at + 1)
  if (text.length > longestQuery) return null
  const pairs: QueryPair[] = []
  for (const pair of text.split('&')) {
    const cut = pair.indexOf('=')
    const name = decode(cut < 0 ? pair : pair.slice(0, cut))
    const value = decode(cut < 0 ? '' : pair.slice(cut + 1))
    if (name === null || value === null) return null
    if (name !== '') pairs.push([name, value])
  }
  return pairs
}
