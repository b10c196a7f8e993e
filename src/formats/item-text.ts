/** The words of an item as they are kept: UTF-8, deflated (RFC 1951), before they are sealed. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Fault } from '#domain/fault.ts'

/** Longer than any text that was ever packed, bytes. */
const mostBytes = 1_048_576

/** Makes a text small. */
export const packText = (text: string): Buffer => deflateRawSync(Buffer.from(text, 'utf8'))

/** What a decision keeps of an item's words: nothing where it has none. */
export const sealText = (
  seal: (plain: Uint8Array) => Uint8Array,
  text: string | undefined,
): { readonly sealedText?: Uint8Array } => (text === undefined ? {} : { sealedText: seal(packText(text)) })

/** Reverses `packText` of a text of at most `most` bytes. @throws `store.damaged` */
export const unpackText = (packed: Uint8Array, most = mostBytes): string => {
  try {
    return inflateRawSync(packed, { maxOutputLength: most }).toString('utf8')
  } catch (cause) {
    throw new Fault('store.damaged', { cause })
  }
}
