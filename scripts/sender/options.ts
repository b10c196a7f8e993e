/** What was typed: flags, files, and the link, which is better not typed at all. */
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { readLink, type SenderLink } from '#sending/link.ts'

export const usage = `usage: ./scripts/send FOLDER|FILE… --link URL|- [--code CODE] [--yes] [--json] [--receipt FILE] [--leave-rest]

  --link URL     the upload link. Other users of this machine can see what is typed here: better
                 give it in SECOND_READ_LINK, or as a line of standard input with --link -
  --code CODE    the code you were given apart from the link, if any; or SECOND_READ_CODE
  --yes          do not ask before sending; must be given when nobody is there to be asked
  --json         one JSON object about the outcome on standard output
  --receipt FILE where the signed receipt goes; second-read-receipt.jws unless told
  --leave-rest   finish although files announced earlier over this link never came

The same command again goes on where it stopped. Links inside folders are not followed. Ends with
  0  everything was accepted, with or without remarks
  1  something about the command is wrong; nothing was sent
  2  something was refused, left out, or waits for a person of the desk
  3  not finished: run it again
  4  the link is dead, out of time, paused, or wants another code`

/** Wrong use; the message says how to do better. */
export class Misuse extends Error {}

export type Options = {
  readonly chosen: readonly string[]
  readonly link: SenderLink
  readonly code: string | undefined
  readonly yes: boolean
  readonly json: boolean
  readonly receipt: string
  readonly leaveRest: boolean
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        link: { type: 'string' },
        code: { type: 'string' },
        yes: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        receipt: { type: 'string', default: 'second-read-receipt.jws' },
        'leave-rest': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : 'the flags were not understood')
  }
}

const firstLine = async (): Promise<string> => {
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
  }
}

/** Null when only help is wanted. @throws Misuse */
export const readOptions = async (args: readonly string[]): Promise<Options | null> => {
  const { values, positionals } = parse(args)
  if (values.help) return null
  const told = values.link ?? process.env['SECOND_READ_LINK'] ?? ''
  const code = values.code ?? process.env['SECOND_READ_CODE']
  if (positionals.length === 0) throw new Misuse('which folder or files?')
  if (told === '') throw new Misuse('the link is missing')
  if (!values.yes && (told === '-' || !process.stdin.isTTY))
    throw new Misuse('nobody is there to be asked: add --yes')
  const link = readLink(told === '-' ? await firstLine() : told)
  if (link === null)
    throw new Misuse(
      'the link looks incomplete, or is not https: copy the whole line, with what follows the #',
    )
  return {
    chosen: positionals,
    link,
    code: code === '' ? undefined : code,
    yes: values.yes,
    json: values.json,
    receipt: values.receipt,
    leaveRest: values['leave-rest'],
  }
}
