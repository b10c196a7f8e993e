/**
 * What a client takes (RFC 9110 §12.5.1, PS3.18 §8.7.5). Parameters count quoted and bare, since viewers write
 * `type=application/dicom`; a client that says nothing takes anything. What cannot be read is passed over.
 */

/** One of the media types asked for; names and parameters' names in lower case. */
export type MediaRange = {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const longestField = 4_096

const essence = /^\s*([A-Za-z0-9!#$&^_.+*-]+\/[A-Za-z0-9!#$&^_.+*-]+)\s*(?=;|$)/
const parameter = /;\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g

/** Commas inside quotes part nothing. */
const splitList = (field: string): string[] => field.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []

const readRange = (text: string): (MediaRange & { readonly q: number }) | null => {
  const [whole = '', type] = essence.exec(text) ?? []
  if (type === undefined) return null
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, bare = ''] of text.slice(whole.length).matchAll(parameter))
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'))
  const q = Number(parameters.get('q') ?? 1)
  return { type: type.toLowerCase(), parameters, q: q >= 0 && q <= 1 ? q : 1 }
}

const anything: MediaRange = { type: '*/*', parameters: new Map() }

/** The types of an `Accept` field, those liked best first. */
export const readAccept = (field: string | undefined): readonly MediaRange[] => {
  if (field === undefined || field.trim() === '') return [anything]
  if (field.length > longestField) return []
  return splitList(field)
    .map(readRange)
    .filter((range) => range !== null && range.q > 0)
    .sort((a, b) => (b?.q ?? 0) - (a?.q ?? 0)) as MediaRange[]
}

/** How files or parts go out: each as a part of one body, or one alone as the body. */
export type Form = 'multipart' | 'single'

export const jsonTypes = ['application/dicom+json', 'application/json'] as const
export type JsonType = (typeof jsonTypes)[number]

/** The type of a search's or metadata's answer; null when the client takes neither. */
export const chooseJson = (ranges: readonly MediaRange[]): JsonType | null => {
  for (const { type } of ranges) {
    if (type === '*/*' || type === 'application/*') return 'application/dicom+json'
    const found = jsonTypes.find((each) => each === type)
    if (found !== undefined) return found
  }
  return null
}

const isWanted = (asked: string | undefined, stored: readonly string[]): boolean =>
  asked === undefined || asked === '*' || stored.every((syntax) => syntax === asked)

/** The form of whole files whose transfer syntaxes are `stored`, one of each file; null when there is none. */
export const chooseFiles = (ranges: readonly MediaRange[], stored: readonly string[]): Form | null => {
  for (const { type, parameters } of ranges) {
    if (!isWanted(parameters.get('transfer-syntax'), stored)) continue
    const inner = parameters.get('type')?.toLowerCase() ?? 'application/dicom'
    if (type === '*/*' || type === 'multipart/*') return 'multipart'
    if (type === 'multipart/related' && ['application/dicom', '*/*'].includes(inner)) return 'multipart'
    if ((type === 'application/dicom' || type === 'application/*') && stored.length === 1) return 'single'
  }
  return null
}

/** Names that clients had for these types before the standard. */
const formerNames: Readonly<Record<string, string>> = {
  'image/x-dicom-rle': 'image/dicom-rle',
  'image/dicom+rle': 'image/dicom-rle',
  'image/jhc': 'image/jphc',
  'image/x-jls': 'image/jls',
  'image/dicom+jpeg': 'image/jpeg',
}

const octets = 'application/octet-stream'

const labelOf = (inner: string, syntax: string | undefined, type: string, stored: string): string | null => {
  if (!isWanted(syntax, [stored])) return null
  const [group, kind] = inner.split('/')
  if (inner === '*/*' || inner === type || (kind === '*' && type.startsWith(`${group}/`))) return type
  // Without this word it asks for pixels that are not compressed, and would take these for such.
  return inner === octets && syntax !== undefined ? octets : null
}

/** True for a client that takes a body of this type. */
export const takesType = (ranges: readonly MediaRange[], type: string): boolean =>
  ranges.some((range) => ['*/*', `${type.split('/')[0] ?? ''}/*`, type].includes(range.type))

/**
 * The form and the type of `count` frames or values of media type `type`, stored in transfer syntax `stored`; null when
 * the client takes none that we have.
 */
export const chooseParts = (
  ranges: readonly MediaRange[],
  { type, stored, count }: { readonly type: string; readonly stored: string; readonly count: number },
): { readonly form: Form; readonly type: string } | null => {
  for (const { type: asked, parameters } of ranges) {
    const together = asked === '*/*' || asked.startsWith('multipart/')
    if (!together && count !== 1) continue
    if (together && !['*/*', 'multipart/*', 'multipart/related'].includes(asked)) continue
    const named = together ? (parameters.get('type')?.toLowerCase() ?? '*/*') : asked
    const label = labelOf(formerNames[named] ?? named, parameters.get('transfer-syntax'), type, stored)
    if (label !== null) return { form: together ? 'multipart' : 'single', type: label }
  }
  return null
}
