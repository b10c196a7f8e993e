/** The documents of the case: a list, and the one that is looked at, with a way to its original always at hand. */
import { lazy, Suspense, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { saveOriginal } from '#web/read/original.ts'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { ChunkGuard } from './chunk-guard.tsx'

const PdfPaper = lazy(() =>
  import('#web/read/papers/pdf-paper.tsx').then(({ PdfPaper: found }) => ({ default: found })),
)
const PhotoPaper = lazy(() =>
  import('#web/read/papers/photo-paper.tsx').then(({ PhotoPaper: found }) => ({ default: found })),
)

export type Paper = ViewedCase['documents'][number]

export type PaperProps = { readonly reading: Reading; readonly paper: Paper; readonly title: string }

/** Pictures that every browser draws; the others are downloaded. */
const drawable = ['image/jpeg', 'image/png']

const useTitle = () => {
  const { t } = useReadSpoken()
  return ({ name, kind }: Paper, index: number): string =>
    name?.split(/[/\\]/).at(-1) ?? t('documents.unnamed', { n: index + 1, kind: t(`documents.kind.${kind}`) })
}

const OriginalButton = ({ reading, paper, title }: PaperProps) => {
  const { t } = useReadSpoken()
  const [state, setState] = useState<'idle' | 'working' | 'failed'>('idle')
  const save = async (): Promise<void> => {
    setState('working')
    setState(
      (await saveOriginal(reading, `/api/cases/${reading.case}/items/${paper.item}/content`, title))
        ? 'idle'
        : 'failed',
    )
  }
  return (
    <>
      <Button
        kind="quiet"
        working={state === 'working' ? t('frame.working') : null}
        onPress={() => void save()}
      >
        {t('documents.original')}
      </Button>
      {state === 'failed' ? (
        <Notice tone="bad" live>
          <p>{t('trouble.failed')}</p>
        </Notice>
      ) : null}
    </>
  )
}

const Shown = (props: PaperProps) => {
  const { t } = useReadSpoken()
  const { kind, mediaType } = props.paper
  if (kind === 'pdf') return <PdfPaper {...props} />
  if (kind === 'picture' && drawable.includes(mediaType ?? '')) return <PhotoPaper {...props} />
  return (
    <Notice tone="quiet">
      <p>{t('documents.notShown')}</p>
    </Notice>
  )
}

export type DocumentsProps = { readonly reading: Reading; readonly documents: readonly Paper[] }

export const Documents = ({ reading, documents }: DocumentsProps) => {
  const { t, say } = useReadSpoken()
  const titleOf = useTitle()
  const [chosen, setChosen] = useState(documents[0]?.item ?? null)
  const at = documents.findIndex(({ item }) => item === chosen)
  const paper = documents[at]
  if (documents.length === 0) return <p>{t('documents.none')}</p>
  return (
    <div className="papers">
      <nav aria-label={t('documents.list')}>
        <ul className="paper-list">
          {documents.map((one, index) => (
            <li key={one.item}>
              <button
                type="button"
                aria-current={one.item === chosen || undefined}
                onClick={() => setChosen(one.item)}
              >
                <span className="paper-name">{titleOf(one, index)}</span>
                <span className="quiet">
                  {t(`documents.kind.${one.kind}`)} · {say.size(one.size)}
                  {one.pages === null ? '' : ` · ${t('documents.pages', { count: one.pages })}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {paper === undefined ? null : (
        <section className="paper" aria-label={titleOf(paper, at)} key={paper.item}>
          <div className="paper-head">
            <h2>{titleOf(paper, at)}</h2>
            <OriginalButton reading={reading} paper={paper} title={titleOf(paper, at)} />
          </div>
          <ChunkGuard>
            <Suspense fallback={<p role="status">{t('documents.opening')}</p>}>
              <Shown reading={reading} paper={paper} title={titleOf(paper, at)} />
            </Suspense>
          </ChunkGuard>
        </section>
      )}
    </div>
  )
}
