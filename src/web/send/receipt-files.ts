/** What a person keeps of a receipt: the digests of their files as a text. */
import type { SentFile } from '#sending/send-files.ts'
import { fieldsOf, payloadOf } from '#sending/signature.ts'

/** A name on one line, as `sha256sum` writes it. */
const plain = (name: string): string => name.replaceAll(/\p{Cc}/gu, '\uFFFD')

/** A line a file as `sha256sum` reads it; a file that came in several runs has a line for each. */
export const digestLines = (receipt: string, files: readonly SentFile[]): string => {
  const names = new Map(files.map(({ id, told }) => [id, told]))
  const { files: lines } = payloadOf(receipt)
  const told = (Array.isArray(lines) ? lines : []).map(fieldsOf).flatMap(({ item, sha256, runs }) => {
    const name = plain(names.get(String(item)) ?? String(item))
    if (!Array.isArray(runs)) return [`${String(sha256)}  ${name}`]
    return runs.map(fieldsOf).map(({ offset, size, sha256: digest }) => {
      const first = Number(offset)
      return `# ${String(digest)}  bytes ${first}-${first + Number(size) - 1} of  ${name}`
    })
  })
  return `${told.join('\n')}\n`
}
