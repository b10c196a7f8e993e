/** What stands around every page: whose desk it is, the languages, what is wrong at the moment, and how to reach people. */
import type { ReactNode } from 'react'
import { languageNames } from '#domain/language.ts'
import { Button } from '#web/parts/button.tsx'
import { LanguageSwitch } from '#web/parts/language-switch.tsx'
import { Contact, Notice } from '#web/parts/marks.tsx'
import type { Actions } from '#web/send/actions.ts'
import type { Page, Scene, Trouble } from '#web/send/scene.ts'
import { useSpoken } from '#web/words/spoken.ts'

const TroubleTold = ({ trouble, actions }: { readonly trouble: Trouble; readonly actions: Actions }) => {
  const { t, say } = useSpoken()
  if (trouble.kind === 'busy') {
    const { retryAt } = trouble
    return (
      <Notice tone="look" live>
        <p>{retryAt === null ? t('trouble.busy') : t('trouble.busyUntil', { time: say.clock(retryAt) })}</p>
      </Notice>
    )
  }
  return (
    <Notice tone={trouble.kind === 'offline' ? 'look' : 'bad'} live>
      <p>{t(`trouble.${trouble.kind}`)}</p>
      {trouble.kind === 'offline' ? null : (
        <Button kind="quiet" onPress={actions.tryAgain}>
          {t(trouble.kind === 'ended' ? 'trouble.open' : 'frame.again')}
        </Button>
      )}
    </Notice>
  )
}

const contactOf = (page: Page): string | null => {
  if ('asked' in page) return page.asked.contact
  return page.at === 'dead' ? page.contact : null
}

export type FrameProps = {
  readonly scene: Scene
  readonly actions: Actions
  readonly children: ReactNode
}

export const Frame = ({ scene: { page, trouble, unscanned }, actions, children }: FrameProps) => {
  const { t, language } = useSpoken()
  const contact = contactOf(page)
  return (
    <>
      <header>
        <div className="column">
          <p className="desk">{'asked' in page ? page.asked.institution : t('frame.name')}</p>
          <LanguageSwitch
            label={t('frame.languages')}
            names={languageNames}
            current={language}
            onChoose={actions.speak}
          />
        </div>
      </header>
      <main className="column">
        {unscanned ? (
          <Notice tone="look">
            <p>{t('frame.unscanned')}</p>
          </Notice>
        ) : null}
        {trouble === null ? null : <TroubleTold trouble={trouble} actions={actions} />}
        {children}
      </main>
      {contact === null ? null : (
        <footer>
          <p className="column">
            {t('frame.questions')} <Contact text={contact} />
          </p>
        </footer>
      )}
    </>
  )
}
