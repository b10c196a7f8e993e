/** What was received, for the sender to keep: no pictures and no patient's name, since others may use this machine. */
import { Button } from '#web/parts/button.tsx'
import { FileList } from '#web/parts/file-list.tsx'
import { Notice } from '#web/parts/marks.tsx'
import type { Actions } from '#web/send/actions.ts'
import type { ReceiptView } from '#web/send/told.ts'
import { useSpoken, useVerdicts } from '#web/words/spoken.ts'
import { anyCode, checkedRow, sortChecked } from './checked-row.tsx'
import { Heading } from './heading.tsx'
import { CaseStanding } from './standing.tsx'
import type { ViewProps } from './view.ts'

const NotTaken = ({ receipt: { notTaken, leftOut } }: { readonly receipt: ReceiptView }) => {
  const spoken = useSpoken()
  const verdicts = useVerdicts(anyCode(notTaken))
  const { t } = spoken
  return (
    <>
      {notTaken.length === 0 ? null : (
        <FileList
          title={t('receipt.notTaken', { count: notTaken.length })}
          rows={sortChecked(notTaken).map((file, index) => checkedRow(spoken, verdicts, file, index))}
          more={t('file.more')}
          open={notTaken.length <= 10}
        />
      )}
      {leftOut.length === 0 ? null : (
        <FileList
          title={t('receipt.leftOut', { count: leftOut.length })}
          rows={leftOut.map(({ name, reason }, index) => ({
            id: `${index}`,
            name,
            why: t(`problem.${reason}`),
          }))}
          more={t('file.more')}
        />
      )}
    </>
  )
}

const Copies = ({ mail, actions }: { readonly mail: ReceiptView['mail']; readonly actions: Actions }) => {
  const { t } = useSpoken()
  return (
    <section className="no-print">
      <h2>{t('receipt.keep')}</h2>
      <div className="actions">
        <Button kind="quiet" onPress={actions.print}>
          {t('receipt.print')}
        </Button>
        <Button kind="quiet" onPress={actions.saveReceipt}>
          {t('receipt.save')}
        </Button>
        <Button kind="quiet" onPress={actions.saveDigests}>
          {t('receipt.digests')}
        </Button>
        {mail === 'no-address' || mail === 'sent' ? null : (
          <Button
            kind="quiet"
            working={mail === 'sending' ? t('receipt.mailing') : null}
            onPress={actions.mailReceipt}
          >
            {t('receipt.mail')}
          </Button>
        )}
      </div>
      {mail === 'sent' || mail === 'failed' ? (
        <Notice tone={mail === 'sent' ? 'good' : 'bad'} live>
          <p>{t(mail === 'sent' ? 'receipt.mailed' : 'receipt.mailFailed')}</p>
        </Notice>
      ) : null}
    </section>
  )
}

export const Receipt = ({ page: { asked, receipt, standing }, actions }: ViewProps<'receipt'>) => {
  const { t, say } = useSpoken()
  const { images, documents, others } = receipt.counts
  const counts = [
    images === 0 ? null : t('receipt.images', { count: images }),
    documents === 0 ? null : t('receipt.documents', { count: documents }),
    others === 0 ? null : t('receipt.others', { count: others }),
  ].filter((one) => one !== null)
  const facts = [
    [t('receipt.number'), receipt.number],
    [t('receipt.at'), say.time(receipt.at)],
    [t('receipt.by'), asked.institution],
    [t('receipt.files'), counts.length === 0 ? '0' : counts.join(' · ')],
    [t('receipt.size'), say.size(receipt.bytes)],
  ] as const
  return (
    <>
      <Heading>{t('receipt.title')}</Heading>
      <dl className="facts receipt tabular">
        {facts.map(([name, value], index) => (
          <div key={name} className={index === 0 ? 'number' : undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {receipt.holds === null ? null : (
        <Notice tone={receipt.holds ? 'good' : 'bad'}>
          <p>{t(receipt.holds ? 'receipt.holds' : 'receipt.fails')}</p>
        </Notice>
      )}
      <NotTaken receipt={receipt} />
      <Copies mail={receipt.mail} actions={actions} />
      {standing === null ? null : <CaseStanding standing={standing} onWithdraw={actions.toWithdraw} />}
      <div className="actions no-print">
        <Button onPress={actions.sendMore}>{t('receipt.more')}</Button>
      </div>
    </>
  )
}
