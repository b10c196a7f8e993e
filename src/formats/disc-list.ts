/**
 * Disc list: the UIDs that a disc's directory lists, as they are kept: one a line, deflated, for they differ in their
 * last digits only. What does not read as such a list throws `store.damaged`.
 */
import { mostListed } from '#domain/study.ts'
import { packText, unpackText } from './item-text.ts'

const mostBytes = mostListed * 130

/** The list sealed by `seal`; nothing for a file that lists nothing. */
export const sealDiscList = (
  uids: readonly string[] | undefined,
  seal: (list: Uint8Array) => Uint8Array,
): { readonly sealedList?: Uint8Array } =>
  uids === undefined || uids.length === 0 ? {} : { sealedList: seal(packText(uids.join('\n'))) }

/** The list from opened bytes. @throws `store.damaged` */
export const readDiscList = (bytes: Uint8Array): readonly string[] => {
  const text = unpackText(bytes, mostBytes)
  return text === '' ? [] : text.split('\n')
}
