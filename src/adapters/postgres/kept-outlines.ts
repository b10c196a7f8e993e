/** Outlines of cases in memory, each for as long as the revision it was read at stands: never more than so many series. */
import type { CaseId } from '#domain/id.ts'
import type { SeriesOutline } from '#ports/instance-ledger.ts'

export type KeptOutline = { readonly revision: number; readonly series: readonly SeriesOutline[] }

/** Keeps at most `most` series in all. Outlines asked for longest ago are forgotten first; one with more is not kept. */
export const keepOutlines = (most: number) => {
  const kept = new Map<CaseId, KeptOutline>()
  let count = 0
  const forget = (of: CaseId): void => {
    count -= kept.get(of)?.series.length ?? 0
    kept.delete(of)
  }
  return {
    find: (of: CaseId, revision: number): readonly SeriesOutline[] | null => {
      const found = kept.get(of)
      if (found?.revision !== revision) return null
      kept.delete(of)
      kept.set(of, found)
      return found.series
    },
    keep: (of: CaseId, one: KeptOutline): void => {
      forget(of)
      if (one.series.length === 0 || one.series.length > most) return
      kept.set(of, one)
      count += one.series.length
      for (const oldest of kept.keys()) {
        if (count <= most) return
        forget(oldest)
      }
    },
    forget,
  }
}
