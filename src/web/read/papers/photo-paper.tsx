/** A photo, upright as its camera says (every browser reads that of a JPEG by itself), larger, smaller and turned. */
import { useEffect, useRef, useState } from 'react'
import { Notice } from '#web/parts/marks.tsx'
import type { PaperProps } from '#web/read/views/documents.tsx'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { PaperTools, useTurn } from './paper-tools.tsx'

/** The picture as an address within the page; null until it is here. */
const usePicture = ({ reading, paper }: PaperProps) => {
  const [address, setAddress] = useState<string | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let wanted = true
    let mine: string | null = null
    const load = async (): Promise<void> => {
      const reply = await reading.get(`/api/cases/${reading.case}/items/${paper.item}/content`)
      if (!reply.ok) throw new Error(`the picture answered ${reply.status}`)
      const blob = await reply.blob()
      if (!wanted) return
      mine = URL.createObjectURL(blob)
      setAddress(mine)
    }
    load().catch(() => {
      if (wanted) setFailed(true)
    })
    return () => {
      wanted = false
      if (mine !== null) URL.revokeObjectURL(mine)
    }
  }, [reading, paper])
  const fail = (): void => setFailed(true)
  return { address, failed, fail }
}

export const PhotoPaper = (props: PaperProps) => {
  const { t } = useReadSpoken()
  const { address, failed, fail } = usePicture(props)
  const { zoom, turn, tools } = useTurn()
  const place = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState<readonly [width: number, height: number] | null>(null)
  if (failed)
    return (
      <Notice tone="bad" live>
        <p>{t('paper.lostPhoto')}</p>
      </Notice>
    )
  if (address === null) return <p role="status">{t('documents.opening')}</p>
  const [width, height] = size ?? [0, 0]
  const lying = turn % 180 === 90
  const room = (place.current?.clientWidth ?? 600) - 28
  const scale = size === null ? 1 : (Math.min(room, 1_200) / (lying ? height : width)) * zoom
  const [w, h] = [width * scale, height * scale]
  return (
    <>
      <PaperTools tools={tools} />
      <div
        className="desk-top"
        ref={place}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys.
        tabIndex={0}
        role="region"
        aria-label={t('documents.kind.picture')}
      >
        <div
          className="photo"
          data-turn={turn}
          style={size === null ? {} : { width: lying ? h : w, height: lying ? w : h }}
        >
          <img
            src={address}
            alt={props.title}
            onError={fail}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
              setSize([naturalWidth, naturalHeight])
            }
            style={
              size === null
                ? { maxWidth: '100%' }
                : { width: w, height: h, maxWidth: 'none', transform: `rotate(${turn}deg)` }
            }
          />
        </div>
      </div>
    </>
  )
}
