/** Which language: each called by its own name, so that whoever looks for it can read it. */
import { type Language, languages } from '#domain/language.ts'

export type LanguageSwitchProps = {
  readonly label: string
  readonly names: Readonly<Record<Language, string>>
  readonly current: Language
  readonly onChoose: (language: Language) => void
}

export const LanguageSwitch = ({ label, names, current, onChoose }: LanguageSwitchProps) => (
  <nav aria-label={label} className="languages">
    <ul>
      {languages.map((language) => (
        <li key={language}>
          <button
            type="button"
            lang={language}
            aria-pressed={language === current}
            onClick={() => onChoose(language)}
          >
            {names[language]}
          </button>
        </li>
      ))}
    </ul>
  </nav>
)
