/** DICOM JSON (PS3.18 Annex F) as far as we make it ourselves: the attributes of search results and of replies. */

/** A person's name by its component groups; those that are empty are absent. */
export type JsonName = {
  readonly Alphabetic?: string
  readonly Ideographic?: string
  readonly Phonetic?: string
}

export type JsonValue = string | number | JsonName | JsonSet | null

/** Without `Value` it is empty. */
export type JsonAttribute = { readonly vr: string; readonly Value?: readonly JsonValue[] }

/** By tag, eight upper-case hexadecimal digits, in ascending order. */
export type JsonSet = { readonly [tag: string]: JsonAttribute }

/** The key of a tag (§F.2.2). */
export const tagKey = (tag: number): string => tag.toString(16).toUpperCase().padStart(8, '0')

const groupNames = ['Alphabetic', 'Ideographic', 'Phonetic'] as const

/** The name as its groups are (PS3.5 §6.2.1.1); null for one with nothing in it. */
export const toJsonName = (name: string): JsonName | null => {
  const groups = name.split('=').map((group) => group.trim())
  const named = groupNames.flatMap((group, at) => {
    const text = groups[at] ?? ''
    return text === '' ? [] : [[group, text] as const]
  })
  return named.length === 0 ? null : Object.fromEntries(named)
}
