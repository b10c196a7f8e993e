/**
 * Dictionary: the type of an element whose encoding does not write it (PS3.5 §7.1.3, PS3.6). A private element, and
 * one the standard does not have, is UN.
 */
import { dictionaryText } from './dictionary-text.ts'

const readText = (text: string): ReadonlyMap<number, string> => {
  const found = new Map<number, string>()
  let vr = ''
  let tag = 0
  for (const word of text.split(/\s+/)) {
    if (/^[A-Z]{2}$/.test(word)) {
      vr = word
      tag = 0
    } else if (word !== '') {
      tag += Number.parseInt(word, 36)
      found.set(tag, vr)
    }
  }
  return found
}

let known: ReadonlyMap<number, string> | null = null

/** Curves, overlays and old pixels repeat in every second group; the element says which of theirs it is. */
const firstOfRepeated = (tag: number): number => {
  const group = Math.floor(tag / 0x10000)
  const family = group & 0xff00
  const repeats = (family === 0x5000 || family === 0x6000 || family === 0x7f00) && group % 2 === 0
  if (repeats && tag !== 0x7fe00010) return family * 0x10000 + (tag % 0x10000)
  // Source Image IDs (0020,31xx).
  return group === 0x0020 && (tag & 0xff00) === 0x3100 ? 0x00203100 : tag
}

/** The type by the table; `signed` says that Pixel Representation (0028,0103) is 1, which decides between US and SS. */
export const vrOfTag = (tag: number, signed: boolean): string => {
  const group = Math.floor(tag / 0x10000)
  const element = tag % 0x10000
  if (element === 0) return 'UL'
  // A private creator names whose a private block is (PS3.5 §7.8.1).
  if (group % 2 === 1) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN'
  if (group === 0x0020 && firstOfRepeated(tag) === 0x00203100) return 'CS'
  known ??= readText(dictionaryText)
  const vr = known.get(tag) ?? known.get(firstOfRepeated(tag)) ?? 'UN'
  return vr === 'XS' ? (signed ? 'SS' : 'US') : vr
}
