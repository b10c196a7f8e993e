/** What was typed: where to, which case, from where. Secrets come from the environment alone, never as arguments. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const usage = `usage: ./scripts/fetch FILE.zip        --case ID --url BASE [--keys jwks.json] [--patience SECONDS]
       ./scripts/fetch --dicomweb FOLDER --case ID --url BASE [--keys jwks.json] [--patience SECONDS]

  FILE.zip            the whole case as one ZIP: images, documents, pages to read them with
  --dicomweb FOLDER   every DICOM image of it, each a file below FOLDER/DICOM
  --case ID           the number of the case; a reader's link knows it
  --url BASE          the address of the gateway; a reader's link knows it
  --keys FILE         the public keys (JWK Set) as you were given them; without it those that the gateway
                      says (/.well-known/jwks.json): then only its own word proves who signed
  --patience SECONDS  ends after so long without a byte; 600 unless told

Who you are is read from the environment, one of:
  SECOND_READ_TOKEN                            a token of the desk; it lives ten minutes
  SECOND_READ_READER_LINK, SECOND_READ_CODE    the link and the code you were invited with

The same command again goes on where it stopped. Ends with
  0  everything is there and is what was signed
  1  it is here and does not hold: do not rely on it
  2  something about the command or this machine's disk is wrong
  3  the gateway refused: token, link, code or case
  4  not finished, the line broke for too long: run it again`

/** Wrong use; the message says how to do better. */
export class Misuse extends Error {}

export type Entry =
  | { readonly kind: 'token'; readonly token: string; readonly case: string }
  | { readonly kind: 'link'; readonly link: string; readonly code: string; readonly case: string | null }

export type Options = {
  /** Absolute. */
  readonly target: { readonly kind: 'bundle' | 'dicomweb'; readonly path: string }
  /** Without a slash at its end. */
  readonly base: string
  readonly entry: Entry
  readonly keys: string | undefined
  readonly patienceMs: number
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)

/** Null for what is no address, has a secret in it, or would carry a case in the open to another machine. */
const readBase = (url: URL | null, ending: RegExp): string | null => {
  if (url === null || url.search !== '' || url.username !== '' || url.password !== '') return null
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isThisMachine(url.hostname))) return null
  return `${url.origin}${url.pathname.replace(ending, '')}`
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        case: { type: 'string' },
        url: { type: 'string' },
        dicomweb: { type: 'string' },
        keys: { type: 'string' },
        patience: { type: 'string', default: '600' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : 'the flags were not understood')
  }
}

const readLink = (text: string): { readonly base: string; readonly link: string } => {
  const url = URL.parse(text.trim())
  const base = readBase(url, /\/read\/?$/)
  const link = url?.hash.slice(1) ?? ''
  const whole = /\/read\/?$/.test(url?.pathname ?? '') && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(link)
  if (base === null || !whole)
    throw new Misuse('SECOND_READ_READER_LINK looks incomplete, or is not https: copy the whole line')
  return { base, link }
}

type Env = Readonly<Record<string, string | undefined>>

const readEntry = (env: Env, of: string | undefined, url: string | undefined) => {
  const token = env['SECOND_READ_TOKEN']?.trim() ?? ''
  const told = env['SECOND_READ_READER_LINK']?.trim() ?? ''
  const code = env['SECOND_READ_CODE']?.trim() ?? ''
  if ((token === '') === (told === ''))
    throw new Misuse('set SECOND_READ_TOKEN, or SECOND_READ_READER_LINK with SECOND_READ_CODE, and not both')
  const base = url === undefined ? null : readBase(URL.parse(url), /\/+$/)
  if (url !== undefined && base === null)
    throw new Misuse('--url is not an https address (plain http only to this machine)')
  if (token === '') {
    if (code === '') throw new Misuse('SECOND_READ_CODE is missing: the code that came apart from the link')
    const { base: linked, link } = readLink(told)
    if (base !== null && base !== linked) throw new Misuse('--url and the link name two gateways')
    return { base: linked, entry: { kind: 'link', link, code, case: of ?? null } as const }
  }
  if (!/^[\w.~+/=-]+$/.test(token)) throw new Misuse('SECOND_READ_TOKEN looks incomplete')
  if (of === undefined || base === null) throw new Misuse('--case and --url are needed with a token')
  return { base, entry: { kind: 'token', token, case: of } as const }
}

/** Null when only help is wanted. @throws Misuse */
export const readOptions = (args: readonly string[], env: Env): Options | null => {
  const { values, positionals } = parse(args)
  if (values.help) return null
  const [file, ...more] = positionals
  const { dicomweb: folder, case: of } = values
  const path = file ?? folder
  if (path === undefined || path === '' || more.length > 0 || (file !== undefined && folder !== undefined))
    throw new Misuse('one FILE.zip, or --dicomweb and one FOLDER')
  if (of !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(of))
    throw new Misuse('--case is not the number of a case')
  if (!/^\d{1,6}$/.test(values.patience)) throw new Misuse('--patience is a number of seconds')
  return {
    target: { kind: file === undefined ? 'dicomweb' : 'bundle', path: resolve(path) },
    ...readEntry(env, of, values.url),
    keys: values.keys,
    patienceMs: Number(values.patience) * 1_000,
  }
}
