/** Whether anything was drawn: an empty page is told from one that did not draw by nobody but a person. Pure. */

/** A channel this far from white is ink; scanners leave greys that are paper. */
const paper = 245

/** How many of `count` pixels (RGBA) are not paper, counting at most to `enough`. */
export const countInk = (pixels: Uint8ClampedArray, enough: number): number => {
  let found = 0
  for (let at = 0; at < pixels.length && found < enough; at += 4) {
    const darkest = Math.min(pixels[at] ?? 255, pixels[at + 1] ?? 255, pixels[at + 2] ?? 255)
    if (darkest < paper && (pixels[at + 3] ?? 0) > 0) found += 1
  }
  return found
}

/** A page with less than this is told as empty: a dot of dust is no text. */
export const leastInk = 20
