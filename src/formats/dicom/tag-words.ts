/** Tags as words: `0008: 0014 0018 0010: 0020` in hex is (0008,0014), (0008,0018) and (0010,0020). */

/** The tags, group in the upper 16 bits. */
export const readTagWords = (text: string): number[] => {
  let group = 0
  return text
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      if (!word.endsWith(':')) return [group * 0x10000 + Number.parseInt(word, 16)]
      group = Number.parseInt(word, 16)
      return []
    })
}
