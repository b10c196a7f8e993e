/** One study as a card: what, when, how much, of whom; ticked when it is to be sent. */
import { Tick } from '#web/parts/field.tsx'
import { Tag, type Tone } from '#web/parts/marks.tsx'
import type { FoundStudy, MatchState } from '#web/send/found.ts'
import { useSpoken } from '#web/words/spoken.ts'
import { patientWords } from './found-patient.ts'

const tones = {
  asking: 'quiet',
  same: 'good',
  variant: 'look',
  different: 'bad',
  unknown: 'quiet',
} as const satisfies Record<Exclude<MatchState, 'not-asked'>, Tone>

const kinds = ['MR', 'US', 'CR', 'DX', 'MG', 'XA', 'NM', 'PT', 'SR'] as const

export type StudyCardProps = {
  readonly study: FoundStudy
  readonly onChoose: (key: string, chosen: boolean) => void
}

export const StudyCard = ({ study, onChoose }: StudyCardProps) => {
  const spoken = useSpoken()
  const { t, say } = spoken
  const { key, match, images, already } = study
  const modalities = study.modalities.map((code) => {
    const kind = kinds.find((one) => one === code)
    return kind === undefined ? code : t(`scan.${kind}`)
  })
  const title = [[...new Set(modalities)].join(', '), study.description].filter(Boolean).join(' · ')
  const facts = [
    study.date === null ? t('found.noDate') : say.day(study.date),
    t('found.series', { count: study.series }),
    t('found.images', { count: images }),
    say.size(study.bytes),
  ]
  return (
    <li className={study.chosen ? 'card' : 'card off'}>
      <Tick
        id={`study-${key}`}
        checked={study.chosen}
        describedBy={`study-${key}-facts`}
        onChange={(chosen) => onChoose(key, chosen)}
      >
        <span className="card-title">{title || t('found.kind.other')}</span>
      </Tick>
      <div className="card-body" id={`study-${key}-facts`}>
        <p className="dots tabular">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        <p className="person">{patientWords(spoken, study.patient)}</p>
        {match === 'not-asked' && already === 0 ? null : (
          <p className="tags">
            {match === 'not-asked' ? null : <Tag tone={tones[match]}>{t(`found.match.${match}`)}</Tag>}
            {already === 0 ? null : (
              <Tag tone="good">
                {already >= images
                  ? t('found.alreadyAll')
                  : t('found.already', { count: already, fresh: images - already })}
              </Tag>
            )}
          </p>
        )}
      </div>
    </li>
  )
}
