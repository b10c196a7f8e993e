/** A PDF, page by page: drawn on a canvas with its text to select. A page that comes out empty is said to be so. */
import { type PDFDocumentProxy, TextLayer } from 'pdfjs-dist'
import { useEffect, useRef, useState } from 'react'
import { Notice } from '#web/parts/marks.tsx'
import type { PaperProps } from '#web/read/views/documents.tsx'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { countInk, leastInk } from './ink.ts'
import { hasLostPicture, type OpenPdf, openPdf } from './open-pdf.ts'
import { PaperTools, useTurn } from './paper-tools.tsx'

type Drawn = 'drawing' | 'drawn' | 'empty' | 'lost' | 'failed'

type SheetProps = {
  readonly document: PDFDocumentProxy
  readonly number: number
  /** Times the width of the place. */
  readonly zoom: number
  readonly turn: number
  readonly width: number
}

/** More pixels than this a browser may refuse to draw on. */
const mostSide = 8_000

const draw = async (
  { document: pdf, number, zoom, turn, width }: SheetProps,
  place: HTMLDivElement,
  signal: AbortSignal,
): Promise<Drawn> => {
  const page = await pdf.getPage(number)
  const rotation = (page.rotate + turn) % 360
  const natural = page.getViewport({ scale: 1, rotation })
  const scale = (Math.min(width, 1_000) / natural.width) * zoom
  const viewport = page.getViewport({ scale, rotation })
  const dense = Math.min(devicePixelRatio || 1, mostSide / Math.max(viewport.width, viewport.height))
  const canvas = window.document.createElement('canvas')
  canvas.width = Math.floor(viewport.width * dense)
  canvas.height = Math.floor(viewport.height * dense)
  canvas.style.width = `${viewport.width}px`
  canvas.style.height = `${viewport.height}px`
  canvas.setAttribute('aria-hidden', 'true')
  const task = page.render({ canvas, viewport, transform: [dense, 0, 0, dense, 0, 0], background: '#fff' })
  signal.addEventListener('abort', () => task.cancel())
  await task.promise
  const text = window.document.createElement('div')
  text.className = 'sheet-text'
  text.style.setProperty('--total-scale-factor', String(scale))
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport })
  await layer.render().catch(() => null)
  if (signal.aborted) return 'drawing'
  place.replaceChildren(canvas, text)
  if (await hasLostPicture(page)) return 'lost'
  const context = canvas.getContext('2d')
  if (context === null) return 'failed'
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  return countInk(data, leastInk) < leastInk ? 'empty' : 'drawn'
}

const Sheet = (props: SheetProps) => {
  const { document: pdf, number, zoom, turn, width } = props
  const { t } = useReadSpoken()
  const place = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<Drawn>('drawing')
  useEffect(() => {
    const sheet = place.current
    if (sheet === null || width === 0) return
    const ending = new AbortController()
    setDrawn('drawing')
    draw({ document: pdf, number, zoom, turn, width }, sheet, ending.signal).then(
      (result) => {
        if (!ending.signal.aborted) setDrawn(result)
      },
      () => {
        if (ending.signal.aborted) return
        // Of the page before nothing stays under this number.
        sheet.replaceChildren()
        setDrawn('failed')
      },
    )
    return () => ending.abort()
  }, [pdf, number, zoom, turn, width])
  return (
    <>
      {drawn === 'empty' || drawn === 'lost' || drawn === 'failed' ? (
        <Notice tone={drawn === 'empty' ? 'look' : 'bad'} live>
          <p>{t(`paper.${drawn}`)}</p>
        </Notice>
      ) : null}
      <div
        className="desk-top"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys.
        tabIndex={0}
        role="region"
        aria-label={t('paper.page', { n: number })}
      >
        <div className="sheet" ref={place} data-drawn={drawn} />
      </div>
    </>
  )
}

const usePdf = ({ reading, paper }: PaperProps) => {
  const [opened, setOpened] = useState<OpenPdf | 'failed' | null>(null)
  useEffect(() => {
    let wanted = true
    let mine: OpenPdf | null = null
    openPdf(reading, `/api/cases/${reading.case}/items/${paper.item}/content`, paper.size).then(
      (pdf) => {
        mine = pdf
        if (wanted) setOpened(pdf)
        else pdf.close()
      },
      () => {
        if (wanted) setOpened('failed')
      },
    )
    return () => {
      wanted = false
      mine?.close()
    }
  }, [reading, paper])
  return opened
}

export const PdfPaper = (props: PaperProps) => {
  const { t } = useReadSpoken()
  const opened = usePdf(props)
  const [number, setNumber] = useState(1)
  const { zoom, turn, tools } = useTurn()
  const place = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const sizes = new ResizeObserver(() => setWidth(Math.max(0, element.clientWidth - 28)))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  if (opened === 'failed')
    return (
      <Notice tone="bad" live>
        <p>{t('paper.notOpened')}</p>
      </Notice>
    )
  const pages = opened?.document.numPages ?? 0
  return (
    <div ref={place}>
      {opened === null ? (
        <p role="status">{t('documents.opening')}</p>
      ) : (
        <>
          <PaperTools tools={tools} />
          {pages > 1 ? (
            <nav aria-label={t('paper.pages')}>
              <ul className="page-list">
                {Array.from({ length: pages }, (_, index) => index + 1).map((n) => (
                  <li key={n}>
                    <button
                      type="button"
                      aria-label={t('paper.page', { n })}
                      aria-current={n === number || undefined}
                      onClick={() => setNumber(n)}
                    >
                      {n}
                    </button>
                  </li>
                ))}
              </ul>
            </nav>
          ) : null}
          <Sheet document={opened.document} number={number} zoom={zoom} turn={turn} width={width} />
        </>
      )}
    </div>
  )
}
