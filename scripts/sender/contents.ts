/** What was found, by the first bytes of each file and never by its name: a summary for people; the gateway decides. */
import { inLanes } from '#domain/in-lanes.ts'
import { sniff } from '#formats/sniff.ts'
import type { ListedFile } from '#sending/listed-file.ts'

const headBytes = 1_024
const lanes = 4

/** A drive that has to seek for each file must not hold up sending for longer than this. */
const mostMs = 5_000

export type Contents = {
  readonly dicom: number
  readonly pdf: number
  readonly pictures: number
  readonly others: number
  /** Not looked into. */
  readonly unknown: number
}

export const countContents = async (files: readonly ListedFile[]): Promise<Contents> => {
  const counts = { dicom: 0, pdf: 0, pictures: 0, others: 0, unknown: 0 }
  const names = {
    dicom: 'dicom',
    'dicom-bare': 'dicom',
    pdf: 'pdf',
    picture: 'pictures',
    other: 'others',
  } as const
  const until = performance.now() + mostMs
  await inLanes(files, lanes, async (file) => {
    if (performance.now() > until) {
      counts.unknown += 1
      return
    }
    const head = await file.open(0, Math.min(file.size, headBytes)).catch(() => null)
    counts[head === null ? 'unknown' : names[sniff(Buffer.from(head.buffer))]] += 1
  })
  return counts
}
