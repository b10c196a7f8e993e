/**
 * Meta group: group 0002 at the head of a file, always explicit little endian (PS3.10 §7.1). Its own length
 * (0002,0000) is often wrong in files that are otherwise fine, so it is not believed.
 */
import type { ByteWindow } from './byte-window.ts'
import { readElementHeader, undefinedLength } from './element-header.ts'

export type MetaGroup = {
  readonly present: boolean
  readonly sopClass: string | null
  readonly sopUid: string | null
  readonly transferSyntax: string | null
  /** Where the data set begins, or null when a value of the group reaches past the end of the file. */
  readonly end: number | null
}

const mostElements = 64
const longestUid = 128

/** Reads the group at `start`. */
export const readMetaGroup = async (window: ByteWindow, start: number): Promise<MetaGroup> => {
  const texts = new Map<number, string>()
  let at = start
  let seen = 0
  const result = (end: number | null): MetaGroup => ({
    present: seen > 0,
    sopClass: texts.get(0x00020002) ?? null,
    sopUid: texts.get(0x00020003) ?? null,
    transferSyntax: texts.get(0x00020010) ?? null,
    end,
  })
  for (;;) {
    if (!window.holds(at, 16)) await window.move(at, 16)
    const header = readElementHeader(window.bytes, at - window.base, { implicit: false, big: false })
    if (header === null || header.tag > 0x0002ffff || header.tag < 0x00020000) return result(at)
    seen += 1
    const value = at + header.headerBytes
    const past = header.length === undefinedLength || value + header.length > window.size
    if (past || seen > mostElements) return result(null)
    if (header.length <= longestUid) {
      if (!window.holds(value, header.length)) await window.move(value, longestUid)
      const i = value - window.base
      texts.set(header.tag, window.bytes.toString('latin1', i, i + header.length).replace(/[\0 ]+$/, ''))
    }
    at = value + header.length
  }
}
