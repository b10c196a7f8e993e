/** Consent texts: every one is there, names the desk, and is the one it was when it was shown. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { currentConsent, isConsentVersion } from './consent.ts'
import { consentTexts, consentWords } from './consent-texts.ts'
import { languages } from './language.ts'

describe('consent', () => {
  it('names the desk in every language, whatever its name is', () => {
    for (const kind of ['own', 'others'] as const)
      for (const language of languages) {
        const words = consentWords(currentConsent, kind, language, "Desk $& $' $1")
        expect(words).toContain("Desk $& $' $1")
        expect(words).not.toContain('{desk}')
      }
  })

  it('knows the versions that were shown, and nothing that only looks like one', () => {
    expect(isConsentVersion(currentConsent)).toBe(true)
    for (const other of ['', '2026-10', 'constructor', '__proto__', 'toString'])
      expect(isConsentVersion(other)).toBe(false)
  })

  it('never changes words that people agreed to', () => {
    const told = (kind: 'own' | 'others') =>
      Object.fromEntries(languages.map((language) => [language, consentTexts[language]['2026-11'][kind]]))
    const shown = { own: told('own'), others: told('others') }
    const sum = createHash('sha256').update(JSON.stringify(shown)).digest('hex')
    expect(sum).toBe('0a7b1687e8d3a7f69e826a9ad12793fb914be180f7b08626eed684f2cc117cb3')
  })
})
