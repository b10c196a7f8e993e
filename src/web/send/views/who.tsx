/** Who sends, where the receipt goes, and the consent without which nothing may be taken. */
import { useState } from 'react'
import { consentKindOf, currentConsent, nameDesk } from '#domain/consent.ts'
import { senderRoles } from '#domain/sender-role.ts'
import { Button } from '#web/parts/button.tsx'
import { ErrorSummary } from '#web/parts/error-summary.tsx'
import { Choices, FieldError, TextField, Tick } from '#web/parts/field.tsx'
import type { IntroductionFault } from '#web/send/scene.ts'
import { useSpoken } from '#web/words/spoken.ts'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

const fields = { name: 'who-name', mail: 'who-mail', phone: 'who-phone', agreed: 'who-agreed' } as const

const fieldOf = {
  'name-empty': 'name',
  'name-long': 'name',
  'mail-form': 'mail',
  'phone-form': 'phone',
  'reach-empty': 'mail',
  'not-agreed': 'agreed',
} as const satisfies Record<IntroductionFault, keyof typeof fields>

export const Who = ({ page: { asked, draft: kept, faults, saving }, actions }: ViewProps<'who'>) => {
  const { t, consent: texts } = useSpoken()
  const [draft, setDraft] = useState(kept)
  const change = (changed: Partial<typeof draft>): void => setDraft({ ...draft, ...changed })
  const wrong = (field: keyof typeof fields): string | null => {
    const fault = faults.find((one) => fieldOf[one] === field)
    return fault === undefined ? null : t(`who.fault.${fault}`)
  }
  const kind = consentKindOf(draft.role)
  const consent = nameDesk(texts[currentConsent][kind], asked.institution)
  const agreed = wrong('agreed')
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!saving) actions.introduce(draft)
      }}
    >
      <ErrorSummary
        title={t('frame.wrong')}
        faults={faults.map((fault) => ({ field: fields[fieldOf[fault]], text: t(`who.fault.${fault}`) }))}
        round={faults}
      />
      <Heading>{t('who.title')}</Heading>
      <TextField
        id={fields.name}
        label={t('who.name')}
        error={wrong('name')}
        value={draft.name}
        autoComplete="name"
        onChange={(name) => change({ name })}
      />
      <Choices
        id="who-role"
        legend={t('who.role')}
        value={draft.role}
        options={senderRoles.map((value) => ({ value, label: t(`who.role.${value}`) }))}
        onChange={(role) => change({ role, agreed: consentKindOf(role) === kind && draft.agreed })}
      />
      <fieldset className="group" aria-describedby="who-reach-hint">
        <legend>
          <h2>{t('who.reach')}</h2>
        </legend>
        <p className="hint" id="who-reach-hint">
          {t('who.reachHint')}
        </p>
        <TextField
          id={fields.mail}
          label={t('who.mail')}
          error={wrong('mail')}
          type="email"
          value={draft.mail}
          autoComplete="email"
          exact
          onChange={(mail) => change({ mail })}
        />
        <TextField
          id={fields.phone}
          label={t('who.phone')}
          hint={t('who.phoneHint')}
          error={wrong('phone')}
          type="tel"
          value={draft.phone}
          autoComplete="tel"
          onChange={(phone) => change({ phone })}
        />
      </fieldset>
      <div className={agreed === null ? 'field consent' : 'field consent wrong'}>
        <h2>{t('who.consent')}</h2>
        <p id="who-consent">{consent}</p>
        <FieldError id={fields.agreed} error={agreed} />
        <Tick
          id={fields.agreed}
          checked={draft.agreed}
          wrong={agreed !== null}
          describedBy={agreed === null ? 'who-consent' : `who-consent ${fields.agreed}-error`}
          onChange={(on) => change({ agreed: on })}
        >
          {t(`who.agree.${kind}`)}
        </Tick>
      </div>
      <div className="actions">
        <Button submits working={saving ? t('who.saving') : null}>
          {t('who.go')}
        </Button>
      </div>
    </form>
  )
}
