/** As told: what the gateway answered, as the pages show it. Pure. */
import { waitingStates } from '#domain/item-state.ts'
import type { Progress } from '#sending/progress.ts'
import type { SentItem } from '#sending/replies.ts'
import type { Standing as ToldStanding } from '#sending/requests.ts'
import { dateOrNull } from './as-asked.ts'
import type { CheckedFile, FileStanding, SendingView, Standing } from './told.ts'

/** What became of a file, as its sender is told. */
const standingOf = ({ state, codes }: SentItem): FileStanding => {
  if ((waitingStates as readonly string[]).includes(state)) return 'waiting'
  if (state === 'quarantined') return 'held'
  if (state === 'accepted_with_warnings') return 'remark'
  if (state === 'accepted' || state === 'released' || state === 'unpacked') return 'taken'
  // A second copy is not kept, and nothing of it is missing.
  return codes.length > 0 && codes.every((code) => code === 'DUPLICATE') ? 'taken' : 'refused'
}

/** Those that want to be read first; `nameOf` is null for files of another device. */
export const checkedOf = (
  items: readonly SentItem[],
  nameOf: (id: string) => string | null,
): CheckedFile[] => {
  const order: readonly FileStanding[] = ['refused', 'held', 'remark', 'waiting', 'taken']
  return items
    .filter(({ state }) => state !== 'discarded' && state !== 'erased')
    .map((item) => ({
      id: item.id,
      name: nameOf(item.id) ?? (item.from === null ? null : nameOf(item.from)),
      size: item.size,
      standing: standingOf(item),
      codes: item.codes,
    }))
    .sort((one, other) => order.indexOf(one.standing) - order.indexOf(other.standing))
}

/** Where the case is. */
export const standingView = ({ step, opened, consent }: ToldStanding): Standing => ({
  step,
  opened: opened.map(({ at }) => new Date(at)),
  consent:
    consent === null
      ? null
      : { givenAt: new Date(consent.givenAt), withdrawnAt: dateOrNull(consent.withdrawnAt) },
})

/** Half a megabit a second. */
const slowRate = 62_500

export const sendingView = (
  progress: Progress | null,
  rest: Pick<SendingView, 'state' | 'retryAt' | 'problems'>,
): SendingView => ({
  files: progress?.files ?? 0,
  filesDone: progress?.filesDone ?? 0,
  bytes: progress?.bytes ?? 0,
  bytesDone: progress?.bytesDurable ?? 0,
  rate: progress?.rate ?? null,
  secondsLeft: progress?.secondsLeft ?? null,
  slow: progress !== null && progress.rate !== null && progress.rate < slowRate,
  keptAwake: null,
  ...rest,
})
