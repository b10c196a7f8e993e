/** Finds one value of a data set by where it stands: what an address in the metadata leads to. */
import { tagKey } from '#domain/dicom-json.ts'
import type { OpenObject } from './open-object.ts'
import { type WalkedElement, walkElements } from './walk-elements.ts'

/**
 * The value at `place`: its tag, or inside sequences `TAG.item.TAG` with items counted from 1. Null when there is
 * none. Only a failing read throws.
 */
export const findValue = async (
  { window, start, encoding }: OpenObject,
  place: string,
): Promise<WalkedElement | null> => {
  const path: { readonly tag: number; items: number }[] = []
  const wanted = place.split('.')
  const last = Number.parseInt(wanted.at(-1) ?? '', 16)
  // A place is put together for the few elements that may be it: a header has hundreds of thousands.
  const isThere = (tag: number): boolean =>
    tag === last &&
    wanted.length === 2 * path.length + 1 &&
    path.every(
      (around, depth) =>
        tagKey(around.tag) === wanted[2 * depth] && String(around.items) === wanted[2 * depth + 1],
    )
  for await (const step of walkElements(window, start, encoding)) {
    if (step.kind === 'sequence') path.push({ tag: step.tag, items: 0 })
    else if (step.kind === 'sequence-end') path.pop()
    else if (step.kind === 'item') {
      const around = path.at(-1)
      if (around !== undefined) around.items += 1
    } else if (step.kind === 'element' && isThere(step.tag)) return step
  }
  return null
}
