/** The readers' pages: from a link to the case and out again. Whatever happens, the page says where the reader stands. */
import { useCallback, useEffect, useMemo, useState } from 'react'
import { type Language, languageNames } from '#domain/language.ts'
import { LanguageSwitch } from '#web/parts/language-switch.tsx'
import { Contact, Notice } from '#web/parts/marks.tsx'
import { type EntryPlace, linkOf, tidyCode, tryLink } from './entry.ts'
import { chosenLanguage, keepLanguage } from './language.ts'
import { type OverWhy, openReading } from './reading.ts'
import { keepSession, keptSession, type Session } from './session.ts'
import { CasePage } from './views/case-page.tsx'
import { CodePage, DeadPage, LockedPage, OpeningPage, OverPage, UnreachedPage } from './views/entry-pages.tsx'
import { loadReadWords, type ReadSpoken, ReadSpokenContext } from './words/spoken.ts'
import '#web/parts/base.css'
import '#web/parts/controls.css'
import '#web/parts/marks.css'
import './read.css'
import './images/viewer.css'

type Place =
  | EntryPlace
  | { readonly at: 'case'; readonly session: Session }
  | { readonly at: 'over'; readonly why: OverWhy }

export type AppProps = {
  readonly institution: string
  readonly contact: string
  readonly unscanned: boolean
}

const usePlace = () => {
  const [place, setPlace] = useState<Place>({ at: 'opening' })
  const arrive = useCallback((next: Session | EntryPlace) => {
    if ('at' in next) return setPlace(next)
    keepSession(next)
    // It is spent: nobody finds it in this browser's history.
    history.replaceState(null, '', location.pathname)
    return setPlace({ at: 'case', session: next })
  }, [])
  const open = useCallback(() => {
    const link = linkOf(location.hash)
    const kept = keptSession()
    if (link === '' && kept !== null) return setPlace({ at: 'case', session: kept })
    setPlace({ at: 'opening' })
    void tryLink(link).then(arrive)
  }, [arrive])
  useEffect(() => {
    open()
    addEventListener('hashchange', open)
    return () => removeEventListener('hashchange', open)
  }, [open])
  const answer = (code: string): void => {
    setPlace({ at: 'code', checking: true, left: null, trouble: false })
    void tryLink(linkOf(location.hash), tidyCode(code)).then(arrive)
  }
  const goOn = (session: Session): void => {
    history.replaceState(null, '', location.pathname)
    setPlace({ at: 'case', session })
  }
  const end = useCallback((why: OverWhy) => {
    keepSession(null)
    setPlace({ at: 'over', why })
  }, [])
  return { place, open, answer, goOn, end }
}

/** Between two tries to fetch words. ms */
const again = 3_000

const useReadWords = (): [ReadSpoken | null, (language: Language) => void] => {
  const [language, setLanguage] = useState(chosenLanguage)
  const [spoken, setSpoken] = useState<ReadSpoken | null>(null)
  useEffect(() => {
    let wanted = true
    let alarm: ReturnType<typeof setTimeout> | undefined
    const take = (words: ReadSpoken): void => {
      if (!wanted) return
      document.documentElement.lang = words.language
      // Without the patient: a browser keeps the titles of pages for weeks.
      document.title = words.t('frame.name')
      setSpoken(words)
    }
    const load = (): void => {
      // Until they come, however long it takes, the page stays in the language it has.
      loadReadWords(language).then(take, () => {
        if (wanted) alarm = setTimeout(load, again)
      })
    }
    load()
    return () => {
      wanted = false
      clearTimeout(alarm)
    }
  }, [language])
  const choose = (next: Language): void => {
    keepLanguage(next)
    setLanguage(next)
  }
  return [spoken, choose]
}

const Case = ({
  session,
  onOver,
}: {
  readonly session: Session
  readonly onOver: (why: OverWhy) => void
}) => {
  const reading = useMemo(() => openReading(session, onOver), [session, onOver])
  useEffect(() => () => reading.stop(), [reading])
  return <CasePage reading={reading} />
}

export const App = ({ institution, contact, unscanned }: AppProps) => {
  const { place, open, answer, goOn, end } = usePlace()
  const [spoken, choose] = useReadWords()
  if (spoken === null) return null
  const { t, language } = spoken
  const kept = place.at === 'dead' ? keptSession() : null
  return (
    <ReadSpokenContext value={spoken}>
      <header className="head">
        <p className="desk">{institution === '' ? t('frame.name') : institution}</p>
        <LanguageSwitch
          label={t('frame.languages')}
          names={languageNames}
          current={language}
          onChoose={choose}
        />
      </header>
      <main className={place.at === 'case' ? 'wide' : 'column'}>
        {unscanned ? (
          <Notice tone="look">
            <p>{t('frame.unscanned')}</p>
          </Notice>
        ) : null}
        {place.at === 'opening' ? <OpeningPage /> : null}
        {place.at === 'unreached' ? <UnreachedPage onAgain={open} /> : null}
        {place.at === 'dead' ? (
          <DeadPage why={place.why} onGoOn={kept === null ? null : () => goOn(kept)} />
        ) : null}
        {place.at === 'locked' ? <LockedPage until={place.until} onAgain={open} /> : null}
        {place.at === 'code' ? <CodePage place={place} onAnswer={answer} /> : null}
        {place.at === 'case' ? <Case session={place.session} onOver={end} /> : null}
        {place.at === 'over' ? <OverPage why={place.why} /> : null}
      </main>
      <footer className="foot">
        {contact === '' ? null : (
          <p>
            {t('frame.questions')} <Contact text={contact} />
          </p>
        )}
      </footer>
    </ReadSpokenContext>
  )
}
