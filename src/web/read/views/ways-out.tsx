/** Ways to take the records elsewhere: everything as a file, Weasis, the DICOMweb address; and the end of reading. */
import { useEffect, useRef, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { isRefused } from '#web/read/ask.ts'
import { mostInWeasis, weasisAddress } from '#web/read/programs.ts'
import type { Reading, ViewedCase } from '#web/read/reading.ts'
import type { StudyRow } from '#web/read/studies.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'
import { DownloadAll } from './download-all.tsx'
import { OhifButton, OhifTerms, useOpeningOhif } from './open-ohif.tsx'

export type WaysOutProps = {
  readonly reading: Reading
  readonly viewed: Pick<ViewedCase, 'bytes' | 'institution' | 'ohif'>
  readonly studies: readonly StudyRow[] | null
}

type Told =
  | {
      readonly kind: 'copied' | 'shown'
      readonly address: string
      readonly token: string
      readonly until: Date
    }
  | { readonly kind: 'weasis' | 'failed' }

const Copied = ({ told }: { readonly told: Extract<Told, { readonly address: string }> }) => {
  const { t, say } = useReadSpoken()
  return (
    <Notice tone={told.kind === 'copied' ? 'good' : 'look'} live>
      <p>{t(`ways.${told.kind}`, { time: say.clock(told.until) })}</p>
      <dl className="copied">
        <dt>{t('ways.address')}</dt>
        <dd>
          <code>{told.address}</code>
        </dd>
        {told.kind === 'copied' ? null : (
          <>
            <dt>{t('ways.header')}</dt>
            <dd>
              <code>Authorization: Bearer {told.token}</code>
            </dd>
          </>
        )}
      </dl>
    </Notice>
  )
}

export const WaysOut = ({ reading, viewed, studies }: WaysOutProps) => {
  const { t } = useReadSpoken()
  const [busy, setBusy] = useState<'weasis' | 'copy' | null>(null)
  const [told, setTold] = useState<Told | null>(null)
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])
  const images = studies ?? []
  const { bytes, institution } = viewed
  const ohif = useOpeningOhif(reading, viewed, images)

  const openWeasis = async (): Promise<void> => {
    setBusy('weasis')
    const minted = await reading.mint(['case:read'])
    if (!alive.current) return
    setBusy(null)
    if (isRefused(minted)) return setTold({ kind: 'failed' })
    setTold({ kind: 'weasis' })
    location.assign(
      weasisAddress(
        minted.dicomweb,
        minted.token,
        images.map(({ uid }) => uid),
      ),
    )
  }

  const copyAddress = async (): Promise<void> => {
    setBusy('copy')
    const minted = await reading.mint(['case:read'])
    if (!alive.current) return
    setBusy(null)
    if (isRefused(minted)) return setTold({ kind: 'failed' })
    const { dicomweb: address, token, expiresAt } = minted
    const copied = await navigator.clipboard
      ?.writeText(`${address}\nAuthorization: Bearer ${token}\n`)
      .then(() => true)
      .catch(() => false)
    const kind = copied === true ? 'copied' : 'shown'
    return setTold({ kind, address, token, until: new Date(expiresAt) })
  }

  return (
    <section className="ways-out" aria-label={t('ways.label')}>
      {bytes === 0 ? null : <DownloadAll reading={reading} bytes={bytes} />}
      <div className="actions">
        {images.length === 0 ? null : (
          <>
            <Button
              kind="quiet"
              working={busy === 'weasis' ? t('frame.working') : null}
              onPress={() => void openWeasis()}
            >
              {t('ways.openWeasis')}
            </Button>
            {ohif === null ? null : <OhifButton opening={ohif} />}
            <Button
              kind="quiet"
              working={busy === 'copy' ? t('frame.working') : null}
              onPress={() => void copyAddress()}
            >
              {t('ways.copyAddress')}
            </Button>
          </>
        )}
        <Button kind="plain" onPress={() => void reading.leave()}>
          {t('ways.leave')}
        </Button>
      </div>
      {ohif === null ? null : <OhifTerms opening={ohif} institution={institution} studies={images.length} />}
      {told === null ? null : 'address' in told ? (
        <Copied told={told} />
      ) : (
        <Notice tone={told.kind === 'failed' ? 'bad' : 'quiet'} live>
          <p>{t(told.kind === 'failed' ? 'trouble.failed' : 'ways.weasis')}</p>
          {told.kind === 'weasis' && images.length > mostInWeasis ? (
            <p>{t('ways.part', { some: mostInWeasis, all: images.length })}</p>
          ) : null}
        </Notice>
      )}
    </section>
  )
}
