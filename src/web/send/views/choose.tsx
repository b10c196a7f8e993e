/** Where the records are: a whole disc or folder, files, or photos taken now. Nothing is sent from here. */
import { useRef } from 'react'
import { Button, usePress } from '#web/parts/button.tsx'
import { FileList } from '#web/parts/file-list.tsx'
import { Fold, Notice } from '#web/parts/marks.tsx'
import { Progress } from '#web/parts/progress.tsx'
import type { ChooseNotice } from '#web/send/scene.ts'
import { useSpoken } from '#web/words/spoken.ts'
import cdDrive from './cd-drive.svg'
import { Heading } from './heading.tsx'
import type { ViewProps } from './view.ts'

const ChooseTold = ({ notice }: { readonly notice: ChooseNotice }) => {
  const { t } = useSpoken()
  switch (notice.kind) {
    case 'unreadable':
      return (
        <Notice tone="look" live>
          <p>{t('choose.unreadable', { count: notice.names.length })}</p>
          <FileList
            title={t('choose.namesShow')}
            rows={notice.names.map((name, index) => ({ id: `${index}`, name }))}
            more={t('file.more')}
          />
        </Notice>
      )
    case 'other-folder':
      return (
        <Notice tone="look" live>
          <p>{t('choose.other-folder', { count: notice.missing })}</p>
        </Notice>
      )
    case 'empty-folder':
    case 'nothing-chosen':
    case 'only-programs':
      return (
        <Notice tone="look" live>
          <p>{t(`choose.${notice.kind}`)}</p>
        </Notice>
      )
  }
}

type WayProps = {
  readonly sign: string
  readonly title: string
  readonly hint: string
  readonly onPress: () => void
}

const Way = ({ sign, title, hint, onPress }: WayProps) => (
  <button type="button" className="way" onClick={usePress(onPress)}>
    <span className={`way-sign ${sign}`} aria-hidden="true" />
    <span>
      <span className="way-title">{title}</span> <span className="way-hint">{hint}</span>
    </span>
  </button>
)

type PickedProps = { readonly take: (files: readonly File[]) => void; readonly photos: boolean }

/** The browser's own picker; opened by a button of ours, which says what it is for. */
const usePicker = ({ take, photos }: PickedProps) => {
  const input = useRef<HTMLInputElement>(null)
  const drawn = (
    <input
      ref={input}
      type="file"
      multiple
      hidden
      accept={photos ? 'image/*' : undefined}
      capture={photos ? 'environment' : undefined}
      data-picker={photos ? 'photos' : 'files'}
      onChange={(event) => {
        const files = [...(event.target.files ?? [])]
        // The same file can be chosen again afterwards.
        event.target.value = ''
        take(files)
      }}
    />
  )
  return { drawn, open: () => input.current?.click() }
}

export const Choose = ({ page, actions }: ViewProps<'choose'>) => {
  const { t, say } = useSpoken()
  const { reading, notice, before, folderAgain, canPickFolder, canTakePhotos } = page
  const files = usePicker({ take: actions.takeFiles, photos: false })
  const photos = usePicker({ take: actions.takeFiles, photos: true })
  if (reading !== null)
    return (
      <>
        <Heading>{t('choose.readingTitle')}</Heading>
        <Progress part={null} label={t('choose.readingTitle')} />
        <p className="tabular" role="status">
          {t('choose.reading', { count: reading.files, size: say.size(reading.bytes) })}
        </p>
        <p className="quiet">{t('choose.lead')}</p>
      </>
    )
  return (
    <>
      <Heading>{t('choose.title')}</Heading>
      <p className="lead">{t('choose.lead')}</p>
      {before === null ? null : (
        <Notice tone="good">
          <p>{t('choose.before', { count: before.files, of: before.of })}</p>
        </Notice>
      )}
      {notice === null ? null : <ChooseTold notice={notice} />}
      {folderAgain === null ? null : (
        <div className="actions">
          <Button onPress={actions.openFolderAgain}>{t('choose.again', { folder: folderAgain })}</Button>
        </div>
      )}
      <div className={canTakePhotos ? 'ways photos-first' : 'ways'}>
        {canPickFolder ? (
          <Way
            sign="disc"
            title={t('choose.folder')}
            hint={t('choose.folderHint')}
            onPress={actions.pickFolder}
          />
        ) : null}
        <Way sign="papers" title={t('choose.files')} hint={t('choose.filesHint')} onPress={files.open} />
        {canTakePhotos ? (
          <Way sign="camera" title={t('choose.photos')} hint={t('choose.photosHint')} onPress={photos.open} />
        ) : null}
      </div>
      {files.drawn}
      {photos.drawn}
      {canPickFolder ? (
        <>
          <p className="drop-hint quiet">{t('choose.drop')}</p>
          <Fold title={t('choose.helpTitle')}>
            <p>{t('choose.help')}</p>
            <img src={cdDrive} alt="" width={360} height={150} />
          </Fold>
        </>
      ) : null}
    </>
  )
}
