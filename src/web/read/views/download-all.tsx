/**
 * "Download everything": into a file the reader chooses where the browser can write one, with progress and without
 * holding it in memory; elsewhere by the browser's own download, which streams to the disk and can be paused there.
 */
import { useEffect, useRef, useState } from 'react'
import { Button } from '#web/parts/button.tsx'
import { Notice } from '#web/parts/marks.tsx'
import { Progress, Said } from '#web/parts/progress.tsx'
import { type DownloadEnd, type DownloadProgress, download } from '#web/read/download.ts'
import { canChooseFile, chooseFile, startNativeDownload } from '#web/read/file-sink.ts'
import type { Reading } from '#web/read/reading.ts'
import { useReadSpoken } from '#web/read/words/spoken.ts'

type Standing =
  | { readonly at: 'idle' }
  | { readonly at: 'asking' | 'native' | 'failed' }
  | { readonly at: 'running'; readonly progress: DownloadProgress; readonly waiting: number | null }
  | { readonly at: 'ended'; readonly end: Exclude<DownloadEnd, 'over'> }

export type DownloadAllProps = { readonly reading: Reading; readonly bytes: number }

const Running = ({
  progress: { done, of },
  waiting,
  onStop,
}: Omit<Extract<Standing, { readonly at: 'running' }>, 'at'> & { readonly onStop: () => void }) => {
  const { t, say } = useReadSpoken()
  const part = of === null || of === 0 ? 0 : done / of
  const words = t('download.progress', {
    done: say.size(done),
    of: say.size(of ?? 0),
    percent: say.percent(part),
  })
  return (
    <div className="downloading">
      <Progress part={part} label={t('download.running')} />
      <p className="tabular">{of === null ? t('frame.working') : words}</p>
      <Said part={part} text={words} />
      {waiting === null ? null : (
        <Notice tone="look" live>
          <p>{t('download.waiting')}</p>
        </Notice>
      )}
      <Button kind="quiet" onPress={onStop}>
        {t('download.stop')}
      </Button>
    </div>
  )
}

export const DownloadAll = ({ reading, bytes }: DownloadAllProps) => {
  const { t, say } = useReadSpoken()
  const [standing, setStanding] = useState<Standing>({ at: 'idle' })
  const ending = useRef<AbortController | null>(null)
  useEffect(() => () => ending.current?.abort(), [])
  const path = `/api/cases/${reading.case}/bundle`

  const startFile = async (): Promise<void> => {
    const sink = await chooseFile(`case-${reading.case}.zip`)
    if (sink === 'dismissed') return
    if (sink === null) return setStanding({ at: 'failed' })
    const control = new AbortController()
    ending.current = control
    let standingNow = { progress: { done: 0, of: null } as DownloadProgress, waiting: null as number | null }
    const show = (next: Partial<typeof standingNow>): void => {
      standingNow = { ...standingNow, ...next }
      setStanding({ at: 'running', ...standingNow })
    }
    show({})
    const end = await download({
      get: (...asked) => reading.get(...asked),
      path,
      sink,
      signal: control.signal,
      onProgress: (progress) => show({ progress }),
      onWaiting: (waiting) => show({ waiting }),
      pause: (seconds) =>
        new Promise((done) => {
          const alarm = setTimeout(done, seconds * 1_000)
          control.signal.addEventListener('abort', () => {
            clearTimeout(alarm)
            done()
          })
        }),
    })
    if (ending.current !== control) return
    setStanding(end === 'over' ? { at: 'failed' } : { at: 'ended', end })
  }

  const start = async (): Promise<void> => {
    if (canChooseFile()) return startFile()
    setStanding({ at: 'asking' })
    const started = await startNativeDownload(reading, path)
    return setStanding({ at: started ? 'native' : 'failed' })
  }

  if (standing.at === 'running')
    return (
      <Running
        progress={standing.progress}
        waiting={standing.waiting}
        onStop={() => ending.current?.abort()}
      />
    )
  return (
    <>
      <div className="actions">
        <Button working={standing.at === 'asking' ? t('frame.working') : null} onPress={() => void start()}>
          {t('download.all', { size: say.size(bytes) })}
        </Button>
      </div>
      {standing.at === 'native' || standing.at === 'failed' ? (
        <Notice tone={standing.at === 'failed' ? 'bad' : 'quiet'} live>
          <p>{t(`download.${standing.at}`)}</p>
        </Notice>
      ) : null}
      {standing.at === 'ended' ? (
        <Notice tone={standing.end === 'done' ? 'good' : 'look'} live>
          <p>{t(`download.end.${standing.end}`)}</p>
        </Notice>
      ) : null}
    </>
  )
}
