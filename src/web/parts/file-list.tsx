/** A folded list of files, up to tens of thousands: what is not looked at is not drawn. */
import { type ReactNode, useState } from 'react'

export type FileRow = {
  readonly id: string
  readonly name: string
  readonly size?: string
  readonly tag?: ReactNode
  readonly why?: string
}

export type FileListProps = {
  readonly title: string
  readonly rows: readonly FileRow[]
  readonly more: string
  readonly open?: boolean
}

const page = 100

export const FileList = ({ title, rows, more, open = false }: FileListProps) => {
  const [unfolded, unfold] = useState(open)
  const [shown, show] = useState(page)
  return (
    <details open={unfolded} onToggle={(event) => unfold(event.currentTarget.open)}>
      <summary>{title}</summary>
      {unfolded ? (
        <>
          <ul className="files">
            {rows.slice(0, shown).map(({ id, name, size, tag, why }) => (
              <li key={id}>
                <span className="file-name">{name}</span>
                {size === undefined ? null : <span className="file-size">{size}</span>}
                {tag === undefined ? null : <span className="file-tag">{tag}</span>}
                {why === undefined ? null : <span className="file-why">{why}</span>}
              </li>
            ))}
          </ul>
          {rows.length > shown ? (
            <button type="button" className="button quiet" onClick={() => show(shown + page)}>
              {more}
            </button>
          ) : null}
        </>
      ) : null}
    </details>
  )
}
