/** The languages we speak to people in. A further one is a further word here and its files of words. */
export const languages = ['en', 'hi', 'mr'] as const

export type Language = (typeof languages)[number]

/** The language of a BCP 47 tag such as `mr-IN`, or null when it is none of ours. */
export const readLanguage = (tag: string): Language | null => {
  const [first = ''] = tag.trim().toLowerCase().split('-')
  return languages.find((one) => one === first) ?? null
}
