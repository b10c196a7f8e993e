/** Shown text: what of a text from a file may stand on a page: short, and nothing in it that cannot be seen. */

/** Longest text that is kept, in UTF-16 units. */
export const longestText = 256

const hidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** Strips what does not show or turns other text around, trims, and cuts to `longestText`. Markup stays. */
export const showText = (text: string): string =>
  text
    .replace(hidden, '')
    .trim()
    .slice(0, longestText)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()
