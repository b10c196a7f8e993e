/** One document or picture as a card, with its small picture, which never leaves this machine but as the file. */
import { Tick } from '#web/parts/field.tsx'
import { Tag } from '#web/parts/marks.tsx'
import type { FoundDocument } from '#web/send/found.ts'
import { useSpoken } from '#web/words/spoken.ts'

export type DocumentCardProps = {
  readonly document: FoundDocument
  readonly onChoose: (key: string, chosen: boolean) => void
}

export const DocumentCard = ({ document: one, onChoose }: DocumentCardProps) => {
  const { t, say } = useSpoken()
  const { key, doubt, locked, already } = one
  // A PDF may be sealed only against printing, and opens without a password then; a ZIP does not.
  const maybe = one.kind === 'pdf'
  return (
    <li className={one.chosen ? 'card' : 'card off'}>
      <Tick
        id={`document-${key}`}
        checked={one.chosen}
        describedBy={`document-${key}-facts`}
        onChange={(chosen) => onChoose(key, chosen)}
      >
        <span className="card-title file-name">{one.name}</span>
      </Tick>
      <div className="card-body" id={`document-${key}-facts`}>
        {one.thumbnail === null ? null : <img className="thumbnail" src={one.thumbnail} alt="" />}
        <p className="dots tabular">
          <span>{t(`found.kind.${one.kind}`)}</span>
          <span>{say.size(one.bytes)}</span>
        </p>
        {doubt === null && !locked && !already ? null : (
          <p className="tags">
            {already ? <Tag tone="good">{t('found.alreadyAll')}</Tag> : null}
            {locked ? <Tag tone="look">{t(maybe ? 'found.maybeLocked' : 'found.locked')}</Tag> : null}
            {doubt === null ? null : <Tag tone="look">{t(`found.${doubt}`)}</Tag>}
          </p>
        )}
        {locked ? <p className="hint">{t(maybe ? 'found.maybeLockedHint' : 'found.lockedHint')}</p> : null}
        {doubt === null ? null : <p className="hint">{t('found.doubtHint')}</p>}
      </div>
    </li>
  )
}
