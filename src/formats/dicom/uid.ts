/** UIDs: the dotted numbers that name studies, series and objects (PS3.5 §9.1). */
import { longestUid } from '#domain/study.ts'

const wellFormed = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/
const usable = /^[0-9A-Za-z][0-9A-Za-z._-]*$/
const longestUsable = 128

/** True for a UID as the standard writes it. */
export const isWellFormedUid = (text: string): boolean => text.length <= longestUid && wellFormed.test(text)

/** True for text that is no proper UID yet can name an object and holds nothing but letters, digits, dots. */
export const isUsableUid = (text: string): boolean => text.length <= longestUsable && usable.test(text)
