/**
 * Opening the case in the hospital's OHIF, another program at another origin: it gets an address that reads this case for
 * minutes, in a tab that has no hold on this one. When the minutes are over this says so, and it can be opened again.
 */
import { useEffect, useRef, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { isRefused } from '#web/read/ask.ts'
import { mostInOhif, ohifAddress } from '#web/read/programs.ts'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import type { StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'

type Told =
  | { readonly kind: 'opened'; readonly address: string; readonly until: Date }
  | { readonly kind: 'ended' | 'failed' }

export type OpeningOhif = {
  readonly busy: boolean
  readonly told: Told | null
  readonly open: () => void
}

/** How long a token lives; counted here, since the clock of this machine may be wrong. ms */
const lifetime = 600_000

/** Opens it with these studies. Null where the hospital has none, or there is no image. */
export const useOpeningOhif = (
  reading: Reading,
  { ohif: viewer }: Pick<ViewedCase, 'ohif'>,
  studies: readonly StudyRow[],
): OpeningOhif | null => {
  const [busy, setBusy] = useState(false)
  const [told, setTold] = useState<Told | null>(null)
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])
  useEffect(() => {
    if (told?.kind !== 'opened') return
    const alarm = setTimeout(() => setTold({ kind: 'ended' }), lifetime)
    return () => clearTimeout(alarm)
  }, [told])
  if (viewer === null || studies.length === 0) return null

  const open = async (): Promise<void> => {
    setBusy(true)
    const minted = await reading.mint(['case:read'], true)
    if (!alive.current) return
    setBusy(false)
    if (isRefused(minted) || minted.capability === null) return setTold({ kind: 'failed' })
    const address = ohifAddress(
      viewer,
      minted.capability,
      studies.map(({ uid }) => uid),
    )
    window.open(address, '_blank', 'noopener,noreferrer')
    setTold({ kind: 'opened', address, until: new Date(minted.expiresAt) })
  }
  return { busy, told, open: () => void open() }
}

export const OhifButton = ({ opening: { busy, open } }: { readonly opening: OpeningOhif }) => {
  const { t } = useReadSpoken()
  return (
    <Button kind="quiet" describedBy="ohif-where" working={busy ? t('frame.working') : null} onPress={open}>
      {t('ways.openOhif')}
    </Button>
  )
}

export type OhifTermsProps = {
  readonly opening: OpeningOhif
  readonly institution: string
  /** How many studies there are. */
  readonly studies: number
}

/** Whose program that is and what of the case it gets; once it is open, until when. */
export const OhifTerms = ({ opening: { told }, institution, studies }: OhifTermsProps) => {
  const { t, say } = useReadSpoken()
  const part = studies > mostInOhif ? ` ${t('ways.part', { some: mostInOhif, all: studies })}` : ''
  return (
    <div className="ohif-terms">
      <p className="hint" id="ohif-where">
        {t('ways.ohifWhere', { institution })}
        {part}
      </p>
      {told === null ? null : told.kind === 'opened' ? (
        <Notice tone="quiet" live>
          <p>{t('ways.ohifOpened', { time: say.clock(told.until) })}</p>
          <p>
            {/* A browser may take a tab that comes late for an advertisement, and does not say so. */}
            <a href={told.address} target="_blank" rel="noopener noreferrer">
              {t('ways.ohifHere')}
            </a>
          </p>
        </Notice>
      ) : (
        <Notice tone={told.kind === 'failed' ? 'bad' : 'look'} live>
          <p>{t(told.kind === 'failed' ? 'trouble.failed' : 'ways.ohifEnded')}</p>
        </Notice>
      )}
    </div>
  )
}
