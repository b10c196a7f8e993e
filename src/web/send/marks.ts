/**
 * Marks: a number for each file of a list, by which the same list is known again after a reload. They stay on the
 * sender's machine; a name cannot be read from one, and bytes of a file are never part of it.
 */
import type { ListedFile } from '#sending/listed-file.ts'

/** 53 bits of a text (cyrb53, public domain): quick, spread well, and no secret. */
export const markOf = (text: string, seed = 0): number => {
  let one = 0xdeadbeef ^ seed
  let other = 0x41c6ce57 ^ seed
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 2_654_435_761)
    other = Math.imul(other ^ unit, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & other) + (one >>> 0)
}

/** Of path, size and time: what the gateway takes for the file itself. */
export const markOfFile = ({ path, size, modified }: ListedFile): number =>
  markOf(`${path}\n${size}\n${modified ?? ''}`)

/** How many of `before` are not in `now`, and how many are only in `now`. */
export const compareMarks = (
  before: readonly number[],
  now: readonly number[],
): { readonly missing: number; readonly others: number } => {
  const [had, have] = [new Set(before), new Set(now)]
  const without = (some: ReadonlySet<number>, those: ReadonlySet<number>): number =>
    Array.from(some).filter((mark) => !those.has(mark)).length
  return { missing: without(had, have), others: without(have, had) }
}
