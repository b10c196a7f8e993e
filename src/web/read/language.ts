/** Which language: what the reader chose in this tab, else what their browser asks for that we have, else English. */
import { type Language, readLanguage } from '#domain/language.ts'

const place = 'second-read:language'

export const chosenLanguage = (): Language => {
  let kept: string | null = null
  try {
    kept = sessionStorage.getItem(place)
  } catch {
    // A browser that keeps nothing.
  }
  for (const tag of [kept ?? '', ...navigator.languages]) {
    const language = readLanguage(tag)
    if (language !== null) return language
  }
  return 'en'
}

export const keepLanguage = (language: Language): void => {
  try {
    sessionStorage.setItem(place, language)
  } catch {
    // Then it is chosen again.
  }
}
